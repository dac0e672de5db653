//! Plain libraries with threads of their own, which no option mentions.

use std::fs;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use plugin_interface::{HotEvent, HotLibrary, UnloadOutcome, retained};

use super::sources::{Number, Sources};
use crate::deadline::{until, within};

/// The start of a thread that counts until a file is there, and its version.
fn counting(version: u32, sources: &Sources, start: &str) -> String {
    let stop = sources.path().join("stop");
    format!(
        "#include <pthread.h>
         #include <unistd.h>
         volatile int n;
         static void *count(void *argument) {{
             while (access({stop:?}, F_OK)) {{ n++; usleep(1000); }}
             return argument;
         }}
         static void start(void) {{
             pthread_t thread;
             pthread_create(&thread, 0, count, 0);
             {start}
         }}
         int foo(void) {{ static int started; if (!started++) start(); return {version}; }}
         int bar(void) {{ return n; }}"
    )
}

/// The outcomes of versions that are closed.
fn closed(library: &HotLibrary) -> Receiver<UnloadOutcome> {
    let (sender, outcomes) = channel();
    library.on_reload(move |event| {
        if let HotEvent::Unloaded { outcome, .. } = event {
            let _ = sender.send(outcome.clone());
        }
    });
    outcomes
}

/// How many old versions of a library are mapped.
fn kept(library: &HotLibrary) -> usize {
    retained().iter().filter(|kept| kept.path == library.path()).count()
}

fn next(outcomes: &Receiver<UnloadOutcome>) -> UnloadOutcome {
    within("a version is closed", || outcomes.recv().unwrap())
}

/// Asserts that a thread is the reason. Threads of other tests may be running
/// just now, and count too.
fn assert_runs(outcome: UnloadOutcome) {
    let text = outcome.to_string();
    assert!(text.starts_with("pinned: ") && text.ends_with("its code, uncounted"), "{text}");
}

fn call(library: &HotLibrary, name: &str) -> i32 {
    let function = library.function::<Number>(name).unwrap();
    // SAFETY: all functions of these tests are `int name(void)`.
    unsafe { function.get().unwrap()() }
}

#[test]
fn a_version_with_a_detached_thread_stays_until_the_thread_has_ended() {
    let sources = Sources::new();
    let detached = |version| counting(version, &sources, "pthread_detach(thread);");
    sources.build(&detached(1));
    let library = HotLibrary::open(sources.library(), &["foo", "bar"]).unwrap();
    let outcomes = closed(&library);
    let first = library.version();
    assert_eq!(call(&library, "foo"), 1);
    sources.build(&detached(2));
    library.check_and_reload().unwrap();
    // SAFETY: its signature.
    let count = || unsafe { first.function::<Number>("bar").unwrap()() };
    let before = count();
    until("the thread of the old version counts", || count() > before + 3);
    drop(first);
    assert_runs(next(&outcomes));
    assert_eq!((call(&library, "foo"), kept(&library)), (2, 1));
    sources.build(&detached(3));
    library.check_and_reload().unwrap();
    assert_runs(next(&outcomes));
    assert_eq!((call(&library, "foo"), kept(&library)), (3, 2));
    fs::write(sources.path().join("stop"), "").unwrap();
    until("the versions are unmapped when their threads have ended", || kept(&library) == 0);
}

#[cfg(feature = "watch")]
#[test]
fn a_version_that_ended_its_threads_is_unmapped() {
    let sources = Sources::new();
    fs::write(sources.path().join("stop"), "").unwrap();
    let joined = |version| counting(version, &sources, "pthread_join(thread, 0);");
    sources.build(&joined(1));
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let outcomes = closed(&library);
    // Its threads, and those of the system, are younger than the library.
    let watch = library.watch();
    for version in 2..5 {
        call(&library, "foo");
        sources.build(&joined(version));
        next(&outcomes);
        // Threads of other tests may be running just now, so that nobody knows
        // where they are.
        until("no version is left", || kept(&library) == 0);
    }
    drop(watch);
}

/// Threads that a library starts in other ways. Each counts in `n` for ever,
/// slowly: it does so beside the other tests.
const WAYS: [(&str, &[&str], &str); 5] = [
    (
        "from a constructor",
        &[],
        "#include <pthread.h>
         #include <unistd.h>
         volatile int n;
         static void *count(void *argument) { for (;;) { n++; usleep(10000); } return argument; }
         __attribute__((constructor)) static void start(void) {
             pthread_t thread;
             pthread_create(&thread, 0, count, 0);
         }",
    ),
    (
        "threads.h",
        &[],
        "#include <threads.h>
         #include <unistd.h>
         volatile int n;
         static int count(void *argument) { for (;;) { n++; usleep(10000); } return argument != 0; }
         __attribute__((constructor)) static void start(void) {
             thrd_t thread;
             thrd_create(&thread, count, 0);
         }",
    ),
    (
        "a timer",
        &[],
        "#include <signal.h>
         #include <time.h>
         volatile int n;
         static void count(union sigval value) { (void)value; n++; }
         __attribute__((constructor)) static void start(void) {
             struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = count};
             struct itimerspec every = {{0, 10000000}, {0, 10000000}};
             timer_t timer;
             timer_create(CLOCK_MONOTONIC, &event, &timer);
             timer_settime(timer, 0, &every, 0);
         }",
    ),
    (
        "found by name",
        &[],
        "#define _GNU_SOURCE
         #include <dlfcn.h>
         #include <pthread.h>
         #include <unistd.h>
         volatile int n;
         static void *count(void *argument) { for (;;) { n++; usleep(10000); } return argument; }
         __attribute__((constructor)) static void start(void) {
             pthread_t thread;
             int (*create)(pthread_t *, void *, void *(*)(void *), void *)
                 = (int (*)(pthread_t *, void *, void *(*)(void *), void *))
                       dlsym(RTLD_DEFAULT, \"pthread_create\");
             create(&thread, 0, count, 0);
         }",
    ),
    (
        "std::thread",
        &["-x", "c++", "-lstdc++"],
        "#include <thread>
         #include <unistd.h>
         extern \"C\" { extern volatile int n; int bar(void); }
         volatile int n;
         __attribute__((constructor)) static void start(void) {
             std::thread([] { for (;;) { n = n + 1; usleep(10000); } }).detach();
         }",
    ),
];

#[test]
fn no_way_to_start_a_thread_takes_the_host_down() {
    for (way, arguments, source) in WAYS {
        let sources = Sources::new();
        let bar = if way == "std::thread" { "" } else { "int bar(void);" };
        let file = sources.path().join("way.c");
        let build = |version: u32| {
            let source = format!("{source}\n{bar} int bar(void) {{ return n + 0 * {version}; }}");
            fs::write(&file, source).unwrap();
            let path = sources.path().join(format!("libfoo.so.{version}"));
            let mut gcc = Command::new("gcc");
            gcc.args(["-shared", "-fPIC", "-pthread"]).arg(format!("-DVERSION={version}"));
            gcc.args(&arguments[..arguments.len().min(2)]).arg(&file).arg("-o").arg(&path);
            assert!(gcc.args(arguments.get(2..).unwrap_or_default()).status().unwrap().success());
            fs::rename(path, sources.library()).unwrap();
        };
        build(1);
        let library = HotLibrary::open(sources.library(), &["bar"]).unwrap();
        let outcomes = closed(&library);
        let first = library.version();
        fs::write(sources.library(), [fs::read(sources.library()).unwrap(), vec![0]].concat())
            .unwrap();
        library.check_and_reload().unwrap();
        // SAFETY: its signature.
        let count = || unsafe { first.function::<Number>("bar").unwrap()() };
        let before = count();
        until("the thread of the old version counts", || count() > before + 3);
        drop(first);
        let outcome = next(&outcomes);
        assert_ne!(outcome, UnloadOutcome::Unmapped, "{way}");
        let now = call(&library, "bar");
        until("the new version counts beside it", || call(&library, "bar") > now + 3);
    }
}
