//! What a library leaves behind keeps it mapped, and is named.
#![expect(unsafe_code, reason = "raises signals, and forks")]

use std::process::Command;
use std::sync::Mutex;
use std::thread;

use fixture_interface::Threads;
use plugin_interface::{
    Greeter, GreeterProxy, PluginManager, RetainedLibrary, UnloadOutcome, retained,
};

use crate::builds::is_soak;
use crate::deadline::until;
use crate::fixtures::{Directory, is_mapped, maps};

/// Loads the C greeter with more source, calls it, and closes it.
fn close(directory: &Directory, name: &str, more: &str) -> UnloadOutcome {
    let path = directory.compile(name, &[], more);
    load_and_close(&path)
}

fn load_and_close(path: &std::path::Path) -> UnloadOutcome {
    let mut manager = PluginManager::new();
    let handles = manager.load_library(path).unwrap();
    assert_eq!(handles[0].as_greeter().unwrap().greet("you"), "HEY you");
    drop(handles);
    manager.outcome(path).unwrap()
}

fn reasons(outcome: &UnloadOutcome) -> &[String] {
    match outcome {
        UnloadOutcome::Pinned { reasons, .. } => reasons,
        other => panic!("{other}"),
    }
}

const HANDLER: &str = "
    #include <signal.h>
    static volatile int seen;
    static void on(int signal) { (void)signal; seen++; }
    __attribute__((constructor)) static void begin(void) { signal(SIGNAL, on); }";

#[test]
fn a_handler_of_a_signal_keeps_its_library_until_it_is_replaced() {
    let directory = Directory::new();
    let source = HANDLER.replace("SIGNAL", "SIGUSR2");
    let outcome = close(&directory, "handler", &source);
    assert!(reasons(&outcome)[0].contains("it handles SIGUSR2"), "{outcome}");
    // SAFETY: its handler counts.
    unsafe { libc::raise(libc::SIGUSR2) };
    let is_listed = || retained().iter().any(|r| r.path == directory.library("handler"));
    assert!(is_listed() && is_mapped("handler"));
    // SAFETY: the default of no handler.
    unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };
    assert!(!is_listed() && !is_mapped("handler"), "unmapped with the next look");
}

#[test]
fn a_handler_that_a_plugin_in_rust_set_runs_after_it_was_dropped() {
    let directory = Directory::new();
    let path = directory.add("threads", "rust_handler");
    let mut manager = PluginManager::new();
    let handles = manager.load_library(&path).unwrap();
    let plugin = handles.iter().find_map(|handle| handle.proxy::<dyn Threads>().ok()).unwrap();
    drop(handles);
    // As `ctrlc` and `signal-hook` do.
    plugin.handle(libc::SIGUSR1);
    // SAFETY: its handler counts.
    unsafe { libc::raise(libc::SIGUSR1) };
    assert_eq!(plugin.handled(), 1);
    drop(plugin);
    let outcome = manager.outcome(&path).unwrap();
    assert!(reasons(&outcome)[0].contains("it handles SIGUSR1"), "{outcome}");
    assert!(is_mapped("rust_handler"));
    // SAFETY: its handler counts, and then there is none.
    unsafe {
        libc::raise(libc::SIGUSR1);
        libc::signal(libc::SIGUSR1, libc::SIG_IGN);
    }
    until("the library is unmapped", || {
        drop(retained());
        !is_mapped("rust_handler")
    });
}

#[test]
fn each_reload_of_a_plugin_that_handles_a_signal_keeps_one_version_at_most() {
    let directory = Directory::new();
    let source = HANDLER.replace("SIGNAL", "SIGPROF");
    let paths = ["profiler_a", "profiler_b"].map(|name| directory.compile(name, &[], &source));
    for round in 0..if is_soak() { 1_000 } else { 30 } {
        let outcome = load_and_close(&paths[round % 2]);
        assert!(reasons(&outcome)[0].contains("it handles SIGPROF"), "{outcome}");
        // SAFETY: its handler counts.
        unsafe { libc::raise(libc::SIGPROF) };
        // The handler of the version before was replaced.
        until("the version before is unmapped", || {
            let is_it = |kept: &RetainedLibrary| kept.path.starts_with(directory.path());
            retained().iter().filter(|kept| is_it(kept)).count() == 1
        });
    }
    // SAFETY: no handler.
    unsafe { libc::signal(libc::SIGPROF, libc::SIG_IGN) };
}

/// A parallel sum, which leaves the threads of OpenMP's pool behind.
const PARALLEL: &str = "
    __attribute__((constructor)) static void begin(void) {
        int sum = 0;
        #pragma omp parallel for num_threads(3) reduction(+:sum)
        for (int i = 0; i < 100; i++) sum += i;
        if (sum != 4950) __builtin_trap();
    }";

#[test]
fn the_pool_of_openmp_outlives_the_plugins_that_use_it() {
    let directory = Directory::new();
    let paths = ["parallel_a", "parallel_b"]
        .map(|name| directory.compile_with(name, &[], PARALLEL, &["-fopenmp"]));
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let mut most = 0;
    for round in 0..if is_soak() { 1_000 } else { 30 } {
        let path = paths[round % 2].clone();
        // The pool belongs to the thread, and ends with it.
        thread::spawn(move || load_and_close(&path)).join().unwrap();
        most = most.max(threads());
    }
    load_and_close(&paths[0]);
    until("the plugins are unmapped", || {
        drop(retained());
        !is_mapped("parallel_a") && !is_mapped("parallel_b")
    });
    assert!(maps().contains("libgomp"), "its threads still wait in it");
    println!("{most} threads at most");
}

/// The last handle of a library, which a thread of the library drops.
static LAST: Mutex<Option<GreeterProxy>> = Mutex::new(None);

/// Drops the last handle, and says whether there was one.
extern "C" fn drop_last() -> bool {
    LAST.lock().unwrap().take().is_some()
}

#[test]
fn a_thread_of_a_library_that_drops_its_last_handle_keeps_it_until_it_ends() {
    let directory = Directory::new();
    let source = format!(
        "
        #include <pthread.h>
        #include <stdbool.h>
        #include <stdio.h>
        #include <unistd.h>
        static bool call(void) {{ return ((bool (*)(void)){:#x})(); }}
        static void *run(void *argument) {{
            while (!call()) usleep(1000);
            fclose(fopen(\"{}\", \"w\"));
            return argument;
        }}
        __attribute__((constructor)) static void start(void) {{
            pthread_t thread;
            pthread_create(&thread, 0, run, 0);
            pthread_detach(thread);
        }}",
        drop_last as *const () as usize,
        directory.path().join("went-on").display(),
    );
    let path = directory.compile_with("dropping", &[], &source, &["-lpthread"]);
    let mut manager = PluginManager::new();
    let mut handles = manager.load_library(&path).unwrap();
    let proxy = handles.remove(0).proxy::<dyn Greeter>().unwrap();
    *LAST.lock().unwrap() = Some(proxy);
    until("the thread goes on", || directory.path().join("went-on").exists());
    until("the library is unmapped", || !is_mapped("dropping"));
    assert!(LAST.lock().unwrap().is_none());
}

/// A runtime as that of Go is: its linker marks the library, and its threads and
/// handlers stay for ever.
#[test]
fn a_runtime_that_never_ends_is_kept_and_each_version_serves() {
    let directory = Directory::new();
    let source = "
        #include <pthread.h>
        #include <unistd.h>
        static void *schedule(void *argument) { for (;;) pause(); return argument; }
        __attribute__((constructor)) static void start(void) {
            pthread_t thread;
            pthread_create(&thread, 0, schedule, 0);
            pthread_detach(thread);
        }";
    let source = format!("{source}{}", HANDLER.replace("SIGNAL", "SIGWINCH"));
    let arguments = ["-Wl,-z,nodelete", "-lpthread"];
    for number in 0..3 {
        let name = format!("endless_{number}");
        let path = directory.compile_with(&name, &[], &source, &arguments);
        let text = load_and_close(&path).to_string();
        assert!(text.contains("linker") || text.contains("SIGWINCH"), "{text}");
        assert!(is_mapped(&name));
        // SAFETY: its handler counts.
        unsafe { libc::raise(libc::SIGWINCH) };
    }
}

/// Waits until a look at the retained libraries has unmapped one. Another test may be
/// having one at the same time, and unmap it a moment later.
fn is_unmapped_by_a_look(name: &str) {
    until("it is unmapped", || {
        retained();
        !is_mapped(name)
    });
}

#[test]
fn a_handler_with_information_and_one_of_a_real_time_signal_keep_too() {
    let directory = Directory::new();
    let source = "
        #include <signal.h>
        static void on(int s, siginfo_t *i, void *c) { (void)s; (void)i; (void)c; }
        __attribute__((constructor)) static void begin(void) {
            struct sigaction action = { .sa_sigaction = on, .sa_flags = SA_SIGINFO };
            sigaction(SIGVTALRM, &action, 0);
            sigaction(SIGRTMIN + 3, &action, 0);
        }";
    let outcome = close(&directory, "informed", source);
    let reasons = reasons(&outcome);
    assert!(reasons[0].contains("SIGVTALRM") && reasons[1].contains("it handles signal "));
    for signal in [libc::SIGVTALRM, libc::SIGRTMIN() + 3] {
        // SAFETY: no handler.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    is_unmapped_by_a_look("informed");
}

#[test]
fn what_runs_at_the_end_of_the_process_or_at_a_fork_goes_with_the_library() {
    let directory = Directory::new();
    let source = "
        #include <pthread.h>
        #include <stdlib.h>
        static volatile int seen;
        static void on(void) { seen++; }
        __attribute__((constructor)) static void begin(void) {
            atexit(on);
            pthread_atfork(on, on, on);
        }";
    assert_eq!(close(&directory, "at_exit", source), UnloadOutcome::Unmapped);
    assert!(!is_mapped("at_exit"));
    // This forks.
    assert!(Command::new("true").status().unwrap().success());
    // SAFETY: the child ends at once.
    unsafe {
        match libc::fork() {
            0 => libc::_exit(0),
            child => assert_eq!(libc::waitpid(child, std::ptr::null_mut(), 0), child),
        }
    }
}

#[test]
fn what_the_c_library_calls_at_the_end_of_the_process_keeps_a_library() {
    let directory = Directory::new();
    let source = "
        #include <stdlib.h>
        static void on(int code, void *value) { (void)code, (void)value; }
        __attribute__((constructor)) static void begin(void) { on_exit(on, 0); }";
    let outcome = close(&directory, "on_exit", &format!("#define _DEFAULT_SOURCE\n{source}"));
    let UnloadOutcome::Pinned { reasons, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reasons, ["the C library may still call it, as it uses on_exit"]);
    assert!(is_mapped("on_exit"));
}

/// Compiles a library that leaves something on the thread that calls it, and a
/// greeter that calls it.
fn with_helper(directory: &Directory, name: &str) -> std::path::PathBuf {
    let source = directory.path().join("helper.c");
    let content = "
        #include <pthread.h>
        static void end(void *value) { *(volatile int *)value = 1; }
        static int place;
        void leave(void) {
            pthread_key_t key;
            pthread_key_create(&key, end);
            pthread_setspecific(key, &place);
        }";
    std::fs::write(&source, content).unwrap();
    let helper = directory.path().join(format!("lib{name}_helper.so"));
    let status = Command::new("gcc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&helper, &source])
        .status()
        .expect("the tests need gcc");
    assert!(status.success());
    let more = "
        void leave(void);
        __attribute__((constructor)) static void begin(void) { leave(); }";
    let rpath = format!("-Wl,-rpath,{}", directory.path().display());
    let path = directory.compile_with(name, &[], more, &[&format!("-l{name}_helper"), &rpath]);
    std::fs::remove_file(source).unwrap();
    path
}

#[test]
fn a_library_that_a_plugin_brought_along_is_kept_and_named() {
    let directory = Directory::new();
    let path = with_helper(&directory, "bringing");
    let work = move || {
        // The stack of a thread of another test may hold what looks like its code.
        load_and_close(&path);
        is_unmapped_by_a_look("bringing");
        assert!(is_mapped("bringing_helper"));
    };
    // The end of the thread runs code of the helper.
    thread::spawn(work).join().unwrap();
    let kept: Vec<_> =
        retained().into_iter().filter(|r| r.path.ends_with("libbringing_helper.so")).collect();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    let text = kept.outcome.to_string();
    assert!(text.starts_with("retained: ") && text.contains("libbringing.so needs it"), "{text}");
    assert!(kept.bytes > 0);
}

/// Compiles a library for C that is written in Rust, with a standard library of
/// its own or a shared one.
fn rust_helper(directory: &Directory, kind: &str, name: &str) {
    let source = directory.path().join("helper.rs");
    let content = r#"
        struct Kept(Vec<u8>);
        impl Drop for Kept {
            fn drop(&mut self) {
                assert_eq!(self.0.pop(), Some(1));
            }
        }
        thread_local!(static KEPT: Kept = Kept(vec![1]));
        #[unsafe(no_mangle)]
        pub extern "C" fn text() -> *const std::ffi::c_char {
            let _ = std::thread::current().id();
            KEPT.with(|kept| assert!(!kept.0.is_empty()));
            c"rusty".as_ptr()
        }"#;
    std::fs::write(&source, content).unwrap();
    let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    let found = rustc().args(["--print", "target-libdir"]).output().unwrap();
    let shared = String::from_utf8(found.stdout).unwrap();
    let status = rustc()
        .args(["--edition=2024", "--crate-name", name, "--crate-type", kind, "-Cprefer-dynamic"])
        .arg(format!("-Clink-arg=-Wl,-rpath,{}", shared.trim()))
        .arg("-o")
        .arg(directory.library(name))
        .arg(&source)
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn a_rust_library_that_a_plugin_needs_outlives_the_threads_that_it_was_used_by() {
    for (kind, name) in [("cdylib", "own_std_helper"), ("dylib", "shared_std_helper")] {
        let directory = Directory::new();
        rust_helper(&directory, kind, name);
        let plugin = format!("{kind}_user");
        let rpath = format!("-Wl,-rpath,{}", directory.path().display());
        let arguments = [&*format!("-l{name}"), &rpath];
        let path = directory.compile_with(&plugin, &["NAMED_BY=text"], "", &arguments);
        let is_unmapped = plugin.clone();
        let work = move || {
            let handles = PluginManager::new().load_library(path).unwrap();
            assert_eq!(handles[0].as_greeter().unwrap().name(), "rusty");
            drop(handles);
            until("the plugin is unmapped", || {
                // Looks at those that wait.
                drop(retained());
                !is_mapped(&is_unmapped)
            });
            assert!(is_mapped(name));
        };
        // The end of the thread drops the thread-local.
        thread::spawn(work).join().unwrap();
        let helper = directory.library(name);
        let kept = retained().into_iter().find(|kept| kept.path == helper);
        let text = kept.expect("it is kept").outcome.to_string();
        assert!(text.contains(&format!("lib{plugin}.so needs it")), "{text}");
    }
}

#[test]
fn what_comes_along_is_kept_once_however_often_it_comes() {
    let directory = Directory::new();
    let path = with_helper(&directory, "often");
    let count = || maps().lines().filter(|line| line.contains("often")).count();
    load_and_close(&path);
    let first = count();
    for _ in 0..if is_soak() { 1_000 } else { 30 } {
        load_and_close(&path);
    }
    // A thread of another test may look as if it ran the last version.
    until("the last version is unmapped", || {
        assert_eq!(retained().iter().filter(|r| r.path.ends_with("liboften_helper.so")).count(), 1);
        count() == first
    });
}

#[cfg(feature = "hot-library")]
#[test]
fn a_plain_library_with_a_handler_is_kept_too() {
    let directory = Directory::new();
    let source = directory.path().join("plain.c");
    let content = format!("{}\nint foo(void) {{ return 4; }}", HANDLER.replace("SIGNAL", "SIGURG"));
    std::fs::write(&source, content).unwrap();
    let path = directory.library("plain");
    let status =
        Command::new("gcc").args(["-shared", "-fPIC", "-o"]).args([&path, &source]).status();
    assert!(status.unwrap().success());
    let outcome = plugin_interface::HotLibrary::open(&path, &["foo"]).unwrap().unload().unwrap();
    assert!(reasons(&outcome)[0].contains("it handles SIGURG"), "{outcome}");
    // SAFETY: its handler counts, and then there is none.
    unsafe {
        libc::raise(libc::SIGURG);
        libc::signal(libc::SIGURG, libc::SIG_DFL);
    }
    is_unmapped_by_a_look("plain");
}
