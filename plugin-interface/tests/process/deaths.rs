//! Workers that die, and what their callers get.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::PluginManager;
use plugin_interface::process::{IsolatedPlugin, Limits, Worker, WorkerError};

use super::{alone, built, library, load, long_or_short, turn, victim, worker};

/// The ways to end a process, each with the signal or none.
const WAYS: [(&str, Option<i32>); 6] = [
    ("SIGSEGV", Some(libc::SIGSEGV)),
    ("abort", Some(libc::SIGABRT)),
    ("overflow", Some(libc::SIGABRT)),
    ("exit", None),
    ("fork", Some(libc::SIGABRT)),
    ("SIGKILL", Some(libc::SIGKILL)),
];

#[test]
fn each_death_is_the_error_of_its_call_alone() {
    let _alone = alone();
    let before = open_files();
    let library = load(worker());
    let victim = victim(&library);
    let mut settled = None;
    // Eight callers, and six ways: 1 008 deaths in the long run.
    for round in 0..long_or_short(21, 1) {
        let begin = Instant::now();
        let longest = thread::scope(|scope| {
            let die = || WAYS.map(|(how, signal)| dies(&victim, how, signal));
            let callers = [(); 8].map(|()| scope.spawn(die));
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).max().unwrap()
        });
        let took = begin.elapsed() / 48;
        println!(
            "round {round}: a death and the next answer {took:?}, the longest call {longest:?}, \
             {} KiB, {} files",
            memory() >> 10,
            open_files()
        );
        if round == 4 {
            settled = Some(memory());
        }
    }
    // What the allocator keeps varies. A leak would be more with each death.
    let grown = settled.map_or(0, |settled| memory().saturating_sub(settled));
    assert!(grown < 8 << 20, "{grown} bytes more after 768 deaths");
    drop((victim, library));
    wait_until_closed(before);
    assert_eq!(workers(), Vec::<u32>::new(), "processes that live on");
}

#[test]
fn each_call_without_end_is_killed_under_eight_callers() {
    let _alone = alone();
    let before = open_files();
    let deadline = Duration::from_secs(3);
    // 168 of them in the long run.
    let hangs = |how: &str| {
        let library = load(worker().deadline(deadline));
        let victim = victim(&library);
        for _ in 0..long_or_short(21, 1) {
            let error = victim.call("end", (how,)).unwrap_err();
            assert!(matches!(error, WorkerError::TimedOut { .. }), "{error}");
        }
    };
    thread::scope(|scope| {
        for how in ["loop", "wait", "wait", "wait", "wait", "wait", "wait", "wait"] {
            scope.spawn(move || hangs(how));
        }
    });
    wait_until_closed(before);
    assert_eq!(workers(), Vec::<u32>::new(), "processes that live on");
}

/// Returns the processes of the plugin that live.
fn workers() -> Vec<u32> {
    workers_of(library())
}

/// Returns the processes of a library that live: workers, and what these forked.
pub(super) fn workers_of(library: PathBuf) -> Vec<u32> {
    let library = library.into_os_string().into_encoded_bytes();
    let is_worker = |process: &u32| {
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let mut arguments = arguments.split(|byte| *byte == 0);
        let asked = arguments.find(|it| it.starts_with(b"--plugin-interface-worker"));
        asked.is_some() && arguments.next() == Some(&library)
    };
    let find = || {
        let all = fs::read_dir("/proc").unwrap().flatten();
        let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        all.filter(is_worker).filter(|process| !super::orphans::is_gone(*process)).collect()
    };
    // One that was killed takes a moment to end.
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let found: Vec<u32> = find();
        if found.is_empty() || Instant::now() > end {
            return found;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Makes a worker die, and makes the next one answer. Returns how long the longer call
/// took, in which others had their turns.
pub(super) fn dies(victim: &IsolatedPlugin, how: &str, signal: Option<i32>) -> Duration {
    let begin = Instant::now();
    let error = victim.call("end", (how,)).unwrap_err();
    let WorkerError::Died { method, status, output, .. } = &error else { panic!("{error}") };
    assert_eq!(method.as_deref(), Some("end"), "{how}");
    let status = status.unwrap_or_else(|| panic!("{how}: no status"));
    assert_eq!(status.signal(), signal, "{how}: {error}");
    assert_eq!(status.code(), signal.is_none().then_some(0), "{how}: {error}");
    assert_eq!(output.contains("cannot go on"), how == "abort", "{output}");
    let died = begin.elapsed();
    assert_eq!(victim.call("echo", (how,)).unwrap().value, how);
    died.max(begin.elapsed() - died)
}

/// Returns the memory of this process, in bytes.
pub(super) fn memory() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    4096 * text.split(' ').nth(1).unwrap().parse::<u64>().unwrap()
}

pub(super) fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Waits until no more files are open than before. The threads that read what a worker
/// prints end a moment after it.
pub(super) fn wait_until_closed(before: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while open_files() > before {
        let files = || -> Vec<_> {
            let files = fs::read_dir("/proc/self/fd").unwrap().flatten();
            files.filter_map(|file| fs::read_link(file.path()).ok()).collect()
        };
        assert!(Instant::now() < end, "{before} files were open before, now {:?}", files());
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_process_that_takes_its_time_to_end_has_its_status() {
    let _turn = turn();
    let victim = victim(&load(worker()));
    // A debugger hears of the end before this process does.
    victim.call("be_traced", (2,)).unwrap();
    let error = victim.call("end", ("SIGKILL",)).unwrap_err();
    let WorkerError::Died { status, .. } = &error else { panic!("{error}") };
    assert_eq!(status.and_then(|status| status.signal()), Some(libc::SIGKILL), "{error}");
    assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
}

#[test]
fn a_process_that_closes_its_connection_and_goes_on_is_killed() {
    let _alone = alone();
    let victim = victim(&load(worker()));
    let error = victim.call("close", ()).unwrap_err();
    let is_it = matches!(&error, WorkerError::Died { status: None, .. });
    assert!(is_it && error.to_string().contains("the process closed its connection"), "{error}");
    assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
    drop(victim);
    assert_eq!(workers(), Vec::<u32>::new(), "processes that live on");
}

#[test]
fn the_message_says_what_happened() {
    let _turn = turn();
    let path = library();
    let victim = victim(&load(worker()));
    let error = victim.call("end", ("abort",)).unwrap_err();
    let expected = format!(
        "{}: the process was killed by SIGABRT (it aborted) while `end` ran",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_call_without_end_is_killed_at_its_deadline() {
    let _turn = turn();
    let deadline = Duration::from_secs(3);
    let library = load(worker().deadline(deadline));
    let victim = victim(&library);
    let grandchild = victim.call("grandchild", ()).unwrap().to::<u32>().unwrap();
    let error = victim.call("end", ("loop",)).unwrap_err();
    let is_it = matches!(&error, WorkerError::TimedOut { method: Some(method), deadline: of, .. }
        if method == "end" && *of == deadline);
    assert!(is_it, "{error}");
    assert!(super::orphans::is_gone(grandchild), "a process of the group lives");
    assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
}

#[test]
fn a_worker_that_has_left_its_group_is_killed() {
    let library = load(worker().deadline(Duration::from_secs(3)));
    let victim = victim(&library);
    let (sender, killed) = mpsc::channel();
    thread::spawn(move || {
        let error = victim.call("end", ("leave",)).unwrap_err();
        sender.send((error, victim.call("echo", ("next",)).unwrap().value)).unwrap();
    });
    let killed = killed.recv_timeout(Duration::from_secs(60));
    let (error, next) = killed.expect("the call waits for the end of its process");
    assert!(matches!(error, WorkerError::TimedOut { .. }), "{error}");
    assert_eq!(next, "next");
}

#[test]
fn a_worker_that_writes_nonsense_is_killed() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    for (how, reason) in [
        ("nonsense", "expected a message of at most 16777216 bytes, found 4294967295"),
        ("lie", "expected the reply to call"),
    ] {
        let error = victim.call("end", (how,)).unwrap_err();
        assert!(matches!(error, WorkerError::Nonsense { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
    }
}

#[test]
fn a_worker_that_dies_between_two_calls_is_replaced() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    assert_eq!(victim.call("count", ()).unwrap().value, 1);
    let first = library.process_id().unwrap();
    let killed = std::process::Command::new("kill").args(["-KILL", &first.to_string()]).status();
    assert!(killed.unwrap().success());
    // Not by `/proc`, which shows a process as gone before its last thread is.
    let end = Instant::now() + Duration::from_secs(60);
    while library.process_id().is_some() {
        assert!(Instant::now() < end, "process {first} lives on");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(victim.call("count", ()).unwrap().value, 1, "a new instance");
    assert_ne!(library.process_id(), Some(first));
}

#[test]
fn after_too_many_deaths_no_worker_is_started() {
    let _turn = turn();
    let library = load(worker().deaths(2));
    let victim = victim(&library);
    for _ in 0..2 {
        assert!(matches!(victim.call("end", ("exit",)), Err(WorkerError::Died { .. })));
    }
    let error = victim.call("echo", ("next",)).unwrap_err();
    assert!(matches!(error, WorkerError::GivenUp { deaths: 2, .. }), "{error}");
    assert!(error.to_string().contains("exit code 0 while `end` ran"), "{error}");
    assert_eq!(library.process_id(), None);
}

#[test]
fn limits_are_set_before_the_library_is_loaded() {
    let _turn = turn();
    let limits = Limits::new().memory(512 << 20).files(64);
    let library = load(worker().limits(limits));
    let victim = victim(&library);
    assert_eq!(victim.call("allocate", (1 << 20,)).unwrap().value, 1 << 20);
    let error = victim.call("allocate", (1_u64 << 30,)).unwrap_err();
    let WorkerError::Died { status, output, .. } = &error else { panic!("{error}") };
    assert_eq!(status.unwrap().signal(), Some(libc::SIGABRT));
    assert!(output.contains("memory allocation of 1073741824 bytes failed"), "{output}");
    let many = victim.call("open", (100,)).unwrap();
    assert!(many.failed && many.value.to_string().contains("Too many open files"), "{many:?}");
    assert!(!victim.call("open", (10,)).unwrap().failed);
    let impossible = worker().limits(Limits::new().files(u64::MAX));
    let error = PluginManager::new().load_isolated(super::library(), impossible).unwrap_err();
    assert!(matches!(error, WorkerError::NotLoaded { .. }), "{error}");
}

#[test]
fn a_program_that_is_no_worker_is_told() {
    let _turn = turn();
    let manager = PluginManager::new();
    let load = |worker: Worker| manager.load_isolated(library(), worker).unwrap_err();
    let error = load(Worker::new("/bin/true")).to_string();
    let expected = "/bin/true is no worker: the process ended itself with exit code 0; call `serve_if_asked` at the start of its `main`";
    assert_eq!(error, expected);
    let absent = load(Worker::new("no/such/program"));
    assert!(matches!(absent, WorkerError::NotStarted { .. }), "{absent}");
    // Its `main` starts a worker, which would start another one.
    let forgetful = load(Worker::new(built("worker")).argument("--forgetful"));
    let WorkerError::NotAWorker { output, .. } = &forgetful else { panic!("{forgetful}") };
    assert!(output.starts_with("this process was started as a worker;"), "{output}");
}

#[test]
fn a_library_that_is_refused_starts_no_process() {
    let _turn = turn();
    let error = PluginManager::new().load_isolated("no/such.so", worker()).unwrap_err();
    assert!(matches!(error, WorkerError::Load(_)), "{error}");
}
