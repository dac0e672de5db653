//! What plugins did, and the log of the host.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, Once};
use std::thread;
use std::time::Duration;

use log::{LevelFilter, Log, Metadata, Record};
use plugin_interface::logs;

use crate::parts::Watcher;

/// What plugins did.
#[derive(Default)]
pub(crate) struct Watched {
    state: Mutex<State>,
    /// How long a constructor waits, after it has begun tasks.
    delay: Duration,
}

#[derive(Default)]
struct State {
    plugins: BTreeMap<u64, OnePlugin>,
    /// What was done by plugins that are destroyed.
    late: Vec<String>,
}

#[derive(Default)]
struct OnePlugin {
    is_destroyed: bool,
    begun: u64,
    done: u64,
    dropped: u64,
    ticks: u64,
}

impl Watched {
    /// Lets the tasks of a constructor run before it returns.
    #[cfg(feature = "process")]
    pub(crate) fn delaying(delay: Duration) -> Self {
        Watched { delay, ..Watched::default() }
    }

    fn note(&self, plugin: u64, what: &str, note: impl FnOnce(&mut OnePlugin)) {
        let mut state = self.state.lock().unwrap();
        if state.plugins[&plugin].is_destroyed {
            state.late.push(format!("{what} of {plugin}"));
        }
        note(state.plugins.get_mut(&plugin).unwrap());
    }

    pub(crate) fn alive(&self) -> usize {
        self.state.lock().unwrap().plugins.values().filter(|plugin| !plugin.is_destroyed).count()
    }

    #[cfg(feature = "process")]
    pub(crate) fn done(&self) -> u64 {
        self.state.lock().unwrap().plugins.values().map(|it| it.done).sum()
    }

    #[cfg(feature = "process")]
    pub(crate) fn ticks(&self) -> u64 {
        self.state.lock().unwrap().plugins.values().map(|it| it.ticks).sum()
    }

    #[cfg(feature = "process")]
    pub(crate) fn late(&self) -> Vec<String> {
        self.state.lock().unwrap().late.clone()
    }

    /// Checks that so many plugins did everything, and that each request has its record.
    pub(crate) fn check(&self, plugins: u64, requests: u64) {
        let state = self.state.lock().unwrap();
        assert_eq!(state.late, [""; 0]);
        assert_eq!(state.plugins.len() as u64, plugins);
        let sum = |of: fn(&OnePlugin) -> u64| state.plugins.values().map(of).sum::<u64>();
        let (begun, done) = (sum(|it| it.begun), sum(|it| it.done));
        assert_eq!(begun, done + sum(|it| it.dropped), "each task ended once");
        assert_eq!(begun, requests, "each request began a task");
        assert!(done > 0 && sum(|it| it.ticks) > 0);
        let of_all = (0..requests).fold(Records::default(), Records::and);
        assert_eq!(*records("request"), of_all, "each request has one record");
        assert_eq!(records("task").count, done, "each task that was done has one record");
        println!(
            "{plugins} plugins, {requests} requests, {done} tasks done of {begun}, {} ticks",
            sum(|it| it.ticks)
        );
    }
}

impl Watcher for Watched {
    fn made(&self) -> u64 {
        let mut state = self.state.lock().unwrap();
        let number = state.plugins.len() as u64;
        state.plugins.insert(number, OnePlugin::default());
        number
    }

    fn created(&self, plugin: u64) {
        thread::sleep(self.delay);
        assert!(!self.state.lock().unwrap().plugins[&plugin].is_destroyed);
    }

    fn destroyed(&self, plugin: u64) {
        self.note(plugin, "the end", |it| it.is_destroyed = true);
    }

    fn task_begun(&self, plugin: u64) {
        self.note(plugin, "a task", |it| it.begun += 1);
    }

    fn task_ended(&self, plugin: u64, is_done: bool) {
        self.note(plugin, "the end of a task", |it| {
            let count = if is_done { &mut it.done } else { &mut it.dropped };
            *count += 1;
        });
    }

    fn ticked(&self, plugin: u64) {
        self.note(plugin, "a tick", |it| it.ticks += 1);
    }
}

/// Records with a number each, as few numbers as show that none is missing or there
/// twice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Records {
    count: u64,
    sum: u64,
    of_squares: u64,
}

impl Records {
    fn and(self, number: u64) -> Self {
        Records {
            count: self.count + 1,
            sum: self.sum.wrapping_add(number),
            of_squares: self.of_squares.wrapping_add(number.wrapping_mul(number)),
        }
    }
}

/// The records of that target.
fn records(target: &str) -> MutexGuard<'static, Records> {
    const NONE: Records = Records { count: 0, sum: 0, of_squares: 0 };
    static OF_REQUESTS: Mutex<Records> = Mutex::new(NONE);
    static OF_TASKS: Mutex<Records> = Mutex::new(NONE);
    match target {
        "request" => &OF_REQUESTS,
        "task" => &OF_TASKS,
        other => panic!("unknown: {other}"),
    }
    .lock()
    .unwrap()
}

/// The number of records of requests.
#[cfg(feature = "process")]
pub(crate) fn requests() -> u64 {
    records("request").count
}

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if let target @ ("request" | "task") = record.target() {
            let number = record.args().to_string().parse().unwrap();
            let mut records = records(target);
            *records = records.and(number);
        }
    }

    fn flush(&self) {}
}

/// Makes the collector the logger, without records.
pub(crate) fn start_log() {
    static SET: Once = Once::new();
    SET.call_once(|| log::set_logger(&Collector).unwrap());
    log::set_max_level(LevelFilter::Debug);
    logs::update_level();
    for target in ["request", "task"] {
        *records(target) = Records::default();
    }
}
