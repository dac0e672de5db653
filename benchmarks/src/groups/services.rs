//! What a host gives its plugins, beside the same within the host.

use std::fmt::Write;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context as Polling, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use anyhow::{Context, Result};
use log::{LevelFilter, Log, Metadata, Record};
use ours_served_interface::{Served, ServedProxy, Sums, Way, log_disabled, log_enabled, woken};
use plugin_interface::{BoxFuture, Executor, PluginManager, ThreadPool, logs};

use crate::harness::plugins::Plugins;
use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::{Section, Table};

const TEXT: &str = "The same code in the host and in a plugin, optimised; medians of rounds in which all take turns. A disabled record is of a level \
that the host's excludes. The logger writes the message of an enabled one to a buffer. A plugin is called as a `dyn Trait`, and a service too; \
`get()` is the plugin's search for a service, which it does once as a rule; `latest()` follows what the host offers. A task is woken by itself, by another task, which both clone their \
wakers, or by another thread, which sleeps until the task was polled. The pool has one thread, the runtime of tokio has one worker.";

const PLUGIN: &str = "ours_served_plugin";
const ROUNDS: usize = 41;
/// About how long one sample takes, in nanoseconds.
const SAMPLE: f64 = 2_000_000.0;

/// Formats each message, and throws it away.
struct Formats;

thread_local! {
    static BUFFER: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

impl Log for Formats {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        BUFFER.with_borrow_mut(|buffer| {
            buffer.clear();
            let _ = write!(buffer, "{} {} {}", record.level(), record.target(), record.args());
            black_box(buffer);
        });
    }

    fn flush(&self) {}
}

struct Host;

impl Sums for Host {
    fn add(&self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }
}

/// Does something so many times, and returns the nanoseconds.
type Timed<'a> = (&'a str, Box<dyn Fn(u64) -> Result<u64> + 'a>);

pub fn run(plugins: &Plugins) -> Result<Section> {
    let file = plugins.apart(PLUGIN)?;
    log::set_logger(&Formats).map_err(|error| anyhow::anyhow!("{error}"))?;
    log::set_max_level(LevelFilter::Info);
    logs::update_level();
    let pool = Arc::new(ThreadPool::new(1));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_time().build()?;
    let tokio = Arc::new(runtime.handle().clone());
    let of_pool = load(&file, pool.clone())?;
    let of_tokio = load(&file, tokio.clone())?;
    let plugin = &of_pool;
    let as_dyn: &Box<dyn Served> = &black_box(Box::new(load(&file, pool.clone())?));

    let mut table = Table::new("Nanoseconds each, ratio", &["", "host", "plugin", "ratio", "more"]);
    let pairs: Vec<(&str, Timed<'_>, Timed<'_>)> = vec![
        (
            "disabled record",
            ("host", Box::new(|n| Ok(timed(|| log_disabled(n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.log_disabled(n))))),
        ),
        (
            "enabled record",
            ("host", Box::new(|n| Ok(timed(|| log_enabled(n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.log_enabled(n))))),
        ),
        (
            "call of a plugin, of a service",
            ("host", Box::new(|n| Ok(timed(|| added_up(&**as_dyn, n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.call_service(n))))),
        ),
        (
            "call of a plugin, get()",
            ("host", Box::new(|n| Ok(timed(|| added_up(&**as_dyn, n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.look_up(n))))),
        ),
        (
            "call of a plugin, latest()",
            ("host", Box::new(|n| Ok(timed(|| added_up(&**as_dyn, n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.follow(n))))),
        ),
        (
            "call of a plugin, of the latest service",
            ("host", Box::new(|n| Ok(timed(|| added_up(&**as_dyn, n))))),
            ("plugin", Box::new(|n| Ok(timed(|| plugin.call_latest(n))))),
        ),
    ];
    for (name, host, plugin) in pairs {
        measure(&mut table, name, host, plugin)?;
    }
    for way in Way::ALL {
        let by = match way {
            Way::Itself => "itself",
            Way::AnotherTask => "another task",
            Way::AnotherThread => "another thread",
        };
        measure(
            &mut table,
            &format!("ThreadPool: a task woken by {by}"),
            ("host", Box::new(|n| in_the_host(&pool, way, n))),
            ("plugin", Box::new(|n| Ok(block_on(of_pool.wake_up(way as u32, n))))),
        )?;
        measure(
            &mut table,
            &format!("tokio: a task woken by {by}"),
            ("host", Box::new(|n| in_the_host(&tokio, way, n))),
            ("plugin", Box::new(|n| Ok(block_on(of_tokio.wake_up(way as u32, n))))),
        )?;
    }
    Ok(Section { title: "Services", text: TEXT.to_owned(), tables: vec![table], chart: None })
}

fn load(file: &std::path::Path, executor: Arc<dyn Executor>) -> Result<ServedProxy> {
    let mut manager = PluginManager::new();
    manager.provide::<dyn Sums>(Arc::new(Host));
    manager.provide_executor(executor);
    let handle = manager.load_library(file)?.pop().context("a plugin")?;
    Ok(handle.proxy::<dyn Served>()?)
}

fn measure(table: &mut Table, name: &str, host: Timed<'_>, plugin: Timed<'_>) -> Result<()> {
    let cases = [host, plugin];
    let cases: Vec<_> = cases
        .iter()
        .map(|(_, act)| {
            let mut repeats = 1;
            while repeats < 1 << 24 && (act(repeats)? as f64) < SAMPLE / 2.0 {
                repeats *= 2;
            }
            Ok((act, repeats))
        })
        .collect::<Result<_>>()?;
    let samples = interleave(&cases, ROUNDS, |(act, n)| Ok(vec![act(*n)? as f64 / *n as f64]))?;
    let [host, plugin] = [&samples[0], &samples[1]];
    let shown = |s: &Samples| format!("{:.2} ± {:.0} %", s.median(), s.spread());
    let (one, other) = (host.median(), plugin.median());
    let (ratio, more) = (format!("{:.2}", other / one), format!("{:.1}", other - one));
    table.row([name.to_owned(), shown(host), shown(plugin), ratio, more]);
    Ok(())
}

/// Calls a plugin so many times.
fn added_up(plugin: &dyn Served, times: u64) -> u64 {
    (0..times).fold(0, |sum, number| plugin.add(black_box(number), sum))
}

fn timed<R>(act: impl FnOnce() -> R) -> u64 {
    let start = Instant::now();
    black_box(act());
    start.elapsed().as_nanos() as u64
}

/// The same task as the plugin's, without a plugin.
fn in_the_host<E: Executor + 'static>(executor: &Arc<E>, way: Way, n: u64) -> Result<u64> {
    let (sender, receiver) = mpsc::channel();
    let beside = Arc::clone(executor);
    executor.spawn(Box::pin(async move {
        let _ = sender.send(woken(way, n, move |other| beside.spawn(other)).await);
    }));
    Ok(receiver.recv()?)
}

/// Polls a future to its end on this thread.
fn block_on<T>(future: BoxFuture<'_, T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Polling::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
