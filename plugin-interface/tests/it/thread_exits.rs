//! Threads that end after the plugins that they called, and what that keeps.
#![expect(unsafe_code, reason = "takes raw registrations by hand")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;

use fixture_interface::{Threads, ThreadsProxy};
use plugin_interface::{
    Greeter, Live, LiveEvent, LoadError, LoadPolicy, PluginHandle, PluginManager, PluginTrait,
    UnloadError, UnloadOutcome, load_greeter_from_lib, retained, unload_greeter,
};

use crate::builds::is_soak;
use crate::deadline::{until, within};
use crate::fixtures::{Directory, is_mapped, released};
use crate::numbered_builds::replace;
use crate::objects::{wait_until_told_unmapped, wait_until_unmapped};

/// Replaces the plugin in a process of its own.
fn reload(mut command: Command, count: usize, exits: usize) -> String {
    let output = command.args([count, exits].map(|n| n.to_string())).arg(&released()["threads"]);
    let output = within("the driver ends", || output.output()).unwrap();
    let (out, err) = (&output.stdout, &output.stderr);
    let text = format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    assert!(output.status.success(), "{} {text}", output.status);
    let last = text.lines().find(|line| line.starts_with("reloaded")).expect(&text);
    last.to_owned()
}

fn driver() -> Command {
    let mut command = Command::new(&released()["driver"]);
    command.arg("reload");
    command
}

#[test]
fn workers_that_outlive_every_version_neither_crash_nor_pin_nor_use_up_keys() {
    // A process has 1 024 keys.
    let count = if is_soak() { 3000 } else { 1100 };
    let said = reload(driver(), count, 0);
    assert_eq!(said, format!("reloaded {count} times, 0 not unmapped at once"));
}

#[test]
fn threads_may_end_while_versions_are_unmapped() {
    let (count, exits) = if is_soak() { (3000, 100_000) } else { (200, 4000) };
    reload(driver(), count, exits);
}

#[test]
fn valgrind_finds_no_error_where_threads_end_while_versions_are_unmapped() {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=9", "--keep-debuginfo=yes"]);
    valgrind.arg(&released()["driver"]).arg("reload");
    let (count, exits) = if is_soak() { (200, 1000) } else { (8, 40) };
    reload(valgrind, count, exits);
}

/// A thread that does what it is told, and lives until it is dropped.
struct Worker {
    tasks: Option<mpsc::Sender<Task>>,
    done: mpsc::Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

type Task = Box<dyn FnOnce() + Send>;

impl Worker {
    fn start() -> Self {
        let (tasks, received) = mpsc::channel::<Task>();
        let (finished, done) = mpsc::channel();
        let work = move || {
            for task in received {
                task();
                finished.send(()).unwrap();
            }
        };
        Worker { tasks: Some(tasks), done, thread: Some(thread::spawn(work)) }
    }

    fn run(&self, plugin: &Arc<ThreadsProxy>, task: impl FnOnce(&ThreadsProxy) + Send + 'static) {
        let plugin = Arc::clone(plugin);
        self.tasks.as_ref().unwrap().send(Box::new(move || task(&plugin))).unwrap();
        within("the task is done", || self.done.recv()).unwrap();
    }

    fn end(mut self) {
        self.tasks = None;
        within("the worker ends", || self.thread.take().unwrap().join()).unwrap();
    }
}

/// A plugin under a name that no other test uses.
struct Loaded {
    manager: PluginManager,
    directory: Directory,
    path: PathBuf,
}

impl Loaded {
    fn new(name: &str) -> Self {
        Self::with_policy(name, LoadPolicy::new())
    }

    fn with_policy(name: &str, policy: LoadPolicy) -> Self {
        let directory = Directory::new();
        let path = directory.add("threads", name);
        Loaded { manager: PluginManager::with_policy(policy), directory, path }
    }

    fn load(&mut self) -> Arc<ThreadsProxy> {
        let handles = self.manager.load_library(&self.path).unwrap();
        Arc::new(handles.iter().find_map(|handle| handle.proxy::<dyn Threads>().ok()).unwrap())
    }

    fn outcome(&self) -> UnloadOutcome {
        self.manager.outcome(&self.path).unwrap()
    }

    fn file(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    fn is_retained(&self) -> bool {
        retained().iter().any(|retained| retained.path == self.path)
    }

    /// It is unmapped by a thread of ours, without anybody asking.
    fn wait_until_unmapped(&self, name: &str) {
        wait_until_unmapped(name);
        wait_until_told_unmapped(|| self.outcome());
        assert!(!self.is_retained());
    }
}

/// What pins a library.
fn pinned(outcome: UnloadOutcome) -> (usize, usize, Vec<String>) {
    match outcome {
        UnloadOutcome::Pinned { destructors, threads, reasons, .. } => {
            (destructors, threads, reasons)
        }
        other => panic!("expected a pinned library, found {other:?}"),
    }
}

fn counts(outcome: UnloadOutcome) -> (usize, usize) {
    let (destructors, threads, reasons) = pinned(outcome);
    assert!(!reasons.is_empty(), "a reason is always there");
    (destructors, threads)
}

fn lines(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn thread_locals_of_living_threads_pin_until_each_has_been_dropped() {
    let mut loaded = Loaded::new("pinning");
    let (one, two) = (Worker::start(), Worker::start());
    let plugin = loaded.load();
    let file = loaded.file("dropped");
    for worker in [&one, &two] {
        let file = file.clone();
        worker.run(&plugin, move |plugin| plugin.touch(&file));
    }
    drop(plugin);
    assert_eq!(counts(loaded.outcome()), (4, 0), "two on each of two threads");
    let listed = retained().into_iter().find(|retained| retained.path == loaded.path).unwrap();
    assert_eq!(listed.outcome, loaded.outcome());
    assert!(0 < listed.bytes && listed.bytes < loaded.path.metadata().unwrap().len());
    let (_, _, reasons) = pinned(loaded.outcome());
    assert!(reasons[0].contains("threads::FIRST or threads::SECOND"), "{reasons:?}");
    assert!(reasons[0].contains("call it from threads that end"), "{reasons:?}");
    assert!(is_mapped("pinning") && lines(&file).is_empty());

    one.end();
    assert_eq!(counts(loaded.outcome()), (2, 0));
    assert_eq!(lines(&file), ["second", "first"], "the last one first, as the C library has it");
    two.end();
    loaded.wait_until_unmapped("pinning");
    assert_eq!(lines(&file).len(), 4);
}

/// Returns the memory of a version that stays mapped. Systems differ in it.
fn bytes_of_a_version() -> u64 {
    let mut loaded = Loaded::new("measured");
    let worker = Worker::start();
    let file = loaded.file("dropped");
    worker.run(&loaded.load(), move |plugin| plugin.touch(&file));
    let listed = retained().into_iter().find(|retained| retained.path == loaded.path).unwrap();
    worker.end();
    listed.bytes
}

#[test]
fn a_library_is_refused_once_its_budget_is_spent_and_only_that_one() {
    for (name, policy) in [
        ("count_budget", LoadPolicy::new().retain(2, u64::MAX)),
        ("byte_budget", LoadPolicy::new().retain(9, bytes_of_a_version() + 1)),
    ] {
        let mut loaded = Loaded::with_policy(name, policy);
        let worker = Worker::start();
        let file = loaded.file("dropped");
        for _ in 0..2 {
            let file = file.clone();
            worker.run(&loaded.load(), move |plugin| plugin.touch(&file));
        }
        let refused = loaded.manager.load_library(&loaded.path).unwrap_err();
        let LoadError::StillMapped { versions, ref outcome, .. } = refused else {
            panic!("{refused}")
        };
        assert_eq!((versions, counts((**outcome).clone())), (2, (2, 0)));
        let text = refused.to_string();
        assert!(
            text.contains("2 thread-local destructors wait, the thread-local threads::"),
            "{text}"
        );
        // By each of its names.
        let again = loaded.directory.path().join(".").join(loaded.path.file_name().unwrap());
        let refused = loaded.manager.load_library(again);
        assert!(matches!(refused, Err(LoadError::StillMapped { .. })), "{refused:?}");
        let other = loaded.directory.add("healthy", "unhindered");
        assert!(loaded.manager.load_library(other).is_ok());

        worker.end();
        drop(loaded.load());
        loaded.wait_until_unmapped(name);
        assert_eq!(lines(&file).len(), 4);
    }
}

#[test]
fn a_thread_that_runs_on_pins_until_it_ends() {
    let mut loaded = Loaded::new("running");
    let told = loaded.file("told");
    loaded.load().stay(told.clone());
    assert_eq!(counts(loaded.outcome()), (0, 1));
    let (_, _, reasons) = pinned(loaded.outcome());
    assert!(reasons[0].contains("started in ") && reasons[0].contains("threads"), "{reasons:?}");
    assert!(reasons[0].contains("join it in `stop`"), "{reasons:?}");
    std::fs::write(told, "").unwrap();
    loaded.wait_until_unmapped("running");
}

#[test]
fn a_pool_that_each_version_starts_is_named_from_the_first_on() {
    let directory = Directory::new();
    let path = directory.add("threads", "pooling");
    let build = std::fs::read(&path).unwrap();
    let live = Live::<dyn Threads>::open(&path).unwrap();
    let events = live.events();
    let stop = directory.path().join("stop");
    // Two builds in turns.
    let reloads = 80;
    for round in 0..reloads {
        live.get().stay(stop.to_str().unwrap().to_owned());
        replace(&path, &[&build[..], &[0][..(round + 1) % 2]].concat());
        live.reload().unwrap();
    }
    let closed = within("the first version is closed", || {
        events.clone().find_map(|event| match event {
            LiveEvent::Unloaded { outcome, .. } => outcome,
            _ => None,
        })
    });
    let (_, threads, reasons) = pinned(closed.expect("an outcome"));
    assert_eq!(threads, 1);
    assert!(reasons[0].contains("started in <threads::Spider as "), "{reasons:?}");
    assert!(reasons[0].contains("join it in `stop`"), "{reasons:?}");
    let kept = || retained().iter().filter(|kept| kept.path == path).count();
    until("each version is closed", || kept() == reloads);
    std::fs::write(&stop, "").unwrap();
    until("each is unmapped when its threads have ended", || kept() == 0);
}

#[test]
fn what_threads_have_under_keys_goes_with_the_library() {
    let mut loaded = Loaded::new("keys");
    let worker = Worker::start();
    let file = loaded.file("rounds");
    for _ in 0..3 {
        let file = file.clone();
        worker.run(&loaded.load(), move |plugin| plugin.key(&file, "/"));
        assert_eq!(loaded.outcome(), UnloadOutcome::Unmapped);
    }
    worker.end();
    assert!(lines(&file).is_empty(), "the library was gone");
}

#[test]
fn destructors_of_keys_run_as_often_as_posix_has_it() {
    let mut loaded = Loaded::new("rounds");
    let (kept, deleted) = (loaded.file("kept"), loaded.file("deleted"));
    let plugin = loaded.load();
    let worker = Worker::start();
    let file = kept.clone();
    worker.run(&plugin, move |plugin| plugin.key(&file, "/"));
    worker.end();
    assert_eq!(lines(&kept), ["round"; 4]);

    let worker = Worker::start();
    let file = deleted.clone();
    worker.run(&plugin, move |plugin| plugin.key(&file, "/"));
    assert!(plugin.delete_key());
    assert!(!plugin.delete_key());
    worker.end();
    assert!(lines(&deleted).is_empty());
}

#[test]
fn what_a_constructor_did_before_it_was_connected_pins_for_good() {
    let directory = Directory::new();
    let path = directory.add("early", "early_bird");
    let mut manager = PluginManager::new();
    drop(manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap());
    let (destructors, threads, reasons) = pinned(manager.outcome(&path).unwrap());
    assert_eq!((destructors, threads), (0, 0));
    assert!(reasons[0].contains("before it was connected"), "{reasons:?}");
    // The thread that loaded it ends, and nothing happens to anybody.
    let loader = path.clone();
    let load = move || drop(PluginManager::new().load_library(Path::new(&loader)).unwrap());
    thread::spawn(load).join().unwrap();
    assert!(is_mapped("early_bird"));
}

#[test]
fn a_destructor_of_a_key_that_runs_pins_until_it_has_run() {
    let mut loaded = Loaded::new("slow_key");
    let (file, told) = (loaded.file("rounds"), loaded.file("told"));
    let plugin = loaded.load();
    let worker = Worker::start();
    let arguments = (file.clone(), told.clone());
    worker.run(&plugin, move |plugin| plugin.key(&arguments.0, &arguments.1));
    let ended = thread::spawn(|| worker.end());
    until("the destructor runs", || !lines(&file).is_empty());
    drop(plugin);
    assert_eq!(counts(loaded.outcome()), (1, 0), "it is in the midst of it");
    std::fs::write(told, "").unwrap();
    within("the worker ends", || ended.join()).unwrap();
    loaded.wait_until_unmapped("slow_key");
    assert!(lines(&file).len() <= 4, "as many rounds as were left when it was unmapped");
}

/// The greeter of a library, of which it has no other.
fn clerk(loaded: &mut Loaded) -> PluginHandle {
    let handles = loaded.manager.load_library(&loaded.path).unwrap();
    handles.into_iter().find(|handle| handle.as_greeter().is_some()).unwrap()
}

#[test]
fn what_an_instance_stops_before_it_is_dropped_does_not_pin() {
    let mut loaded = Loaded::new("stopping");
    let handle = clerk(&mut loaded);
    assert_eq!(handle.as_greeter().unwrap().greet("please"), "Next, please!");
    assert_eq!(handle.close().unwrap(), Some(2));
    assert_eq!(loaded.outcome(), UnloadOutcome::Unmapped);
    // By way of its exported unmaker, too.
    let (library, array) = load_greeter_from_lib(&loaded.path).unwrap();
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert!(!is_mapped("stopping"));
}

#[test]
fn a_panic_of_the_hook_is_told_and_the_instance_is_dropped_nevertheless() {
    let mut loaded = Loaded::new("huff");
    let handle = clerk(&mut loaded);
    handle.as_greeter().unwrap().greet("boss");
    let Err(UnloadError::DropPanicked { message, counter, .. }) = handle.close() else {
        panic!("expected the panic of the hook")
    };
    assert_eq!((message.as_str(), counter), ("left in a huff", Some(2)));
    assert_eq!(loaded.outcome(), UnloadOutcome::Unmapped);
}

#[test]
fn a_raw_library_that_is_held_stays_mapped_too() {
    let directory = Directory::new();
    let path = directory.add("early", "early_raw");
    let (library, array) = load_greeter_from_lib(&path).unwrap();
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    let found = retained().into_iter().find(|retained| retained.path == path).unwrap();
    assert!(pinned(found.outcome).2[0].contains("before it was connected"));
    assert!(is_mapped("early_raw"));
}
