//! Notes about the plugins that were running when the process died. Each test
//! starts this program again, as a process that dies.
#![expect(unsafe_code, reason = "handles a signal, as hosts do")]

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;

use fixture_interface::objects::{Counter, Factory, Shelf};
use plugin_interface::{Greeter, GreeterProxy, PluginManager, crash_notes};

use crate::deadline::Run;
use crate::fixtures::{Directory, fixture};

/// What a child does, by the name of the case.
#[test]
fn child() {
    let Some(case) = env::var_os("PLUGIN_TEST_CASE") else { return };
    let libraries: Vec<_> =
        env::split_paths(&env::var_os("PLUGIN_TEST_LIBRARIES").unwrap()).collect();
    let case = case.into_string().unwrap();
    let (host, case) = case.split_once(' ').unwrap();
    for step in host.split('+') {
        match step {
            "handles" => handle(),
            "notes" => crash_notes::install().unwrap(),
            _ => {}
        }
    }
    let mut manager = PluginManager::new();
    let mut greeter = |library: &Path| {
        let handles = manager.load_library(library).unwrap();
        handles[0].as_greeter().unwrap()
    };
    match case {
        "nested" => {
            let mortal = greeter(&libraries[0]);
            let handles = PluginManager::new().load_library(&libraries[1]).unwrap();
            let factory = handles.iter().find_map(|h| h.proxy::<dyn Factory>().ok()).unwrap();
            factory.fill(&Fatal(mortal));
        }
        "object" => {
            let handles = PluginManager::new().load_library(&libraries[1]).unwrap();
            let factory = handles.iter().find_map(|h| h.proxy::<dyn Factory>().ok()).unwrap();
            // Names that are on the stack, and were left.
            assert_eq!(factory.sendable(3).add(4), 7);
            std::process::abort();
        }
        "threads" => {
            let mortal = greeter(&libraries[0]);
            thread::scope(|scope| {
                for _ in 0..5 {
                    let caller = thread::Builder::new().name("caller".to_owned());
                    caller.spawn_scoped(scope, || mortal.greet("you")).unwrap();
                }
            });
        }
        "closed" => {
            let mortal = greeter(&libraries[0]);
            mortal.greet("you");
            drop(mortal);
            drop(manager);
            std::process::abort();
        }
        _ => {
            let mortal = greeter(&libraries[0]);
            mortal.name();
            mortal.greet(case);
        }
    }
}

/// A shelf of the host's that calls another plugin.
struct Fatal(GreeterProxy);

impl Shelf for Fatal {
    fn put(&self, _: Box<dyn Counter + Send>) {
        self.0.greet("abort");
    }
}

/// Sets a handler that says something, and ends as the signal would.
fn handle() {
    static EARLIER: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());
    extern "C" fn say(signal: libc::c_int) {
        let text = b"the host's own handler\n";
        // SAFETY: writes this text, and lets the signal do what it did before.
        unsafe {
            libc::write(2, text.as_ptr().cast(), text.len());
            libc::sigaction(signal, EARLIER.load(Ordering::SeqCst), ptr::null_mut());
            libc::raise(signal);
        }
    }
    // SAFETY: all zero is an action; the handler may run at any time, after the
    // earlier action was stored.
    unsafe {
        let mut earlier = Box::new(std::mem::zeroed::<libc::sigaction>());
        libc::sigaction(libc::SIGABRT, ptr::null(), &raw mut *earlier);
        EARLIER.store(Box::into_raw(earlier), Ordering::SeqCst);
        libc::signal(libc::SIGABRT, say as *const () as usize);
    }
}

/// Runs a case, and returns its note with the numbers of threads and the
/// directories of libraries left out.
fn dies(case: &str, dies_in: &str, libraries: &[&Path]) -> (Output, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash_notes::child", "--nocapture"])
        .env("PLUGIN_TEST_CASE", case)
        .env("PLUGIN_TEST_LIBRARIES", env::join_paths(libraries).unwrap())
        .env("DIES_IN", dies_in)
        .run("the child dies");
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    for library in libraries {
        let folder = format!("{}/", library.parent().unwrap().display());
        text = text.replace(&folder, "");
    }
    let lines = text.lines().map(|line| match line.split_once(" on thread ") {
        Some((what, rest)) => {
            format!("{what} on thread {}\n", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => format!("{line}\n"),
    });
    let text = lines.collect();
    (output, text)
}

const GREET: &str = "`greet` of `Mortal` (plugin_interface::greeter::Greeter) in libdying.so";

/// The note of the child's own thread.
fn note(signal: &str, lines: &[&str]) -> String {
    let head = format!("{signal} on thread  (crash_notes::ch), inside a plugin:\n");
    lines.iter().fold(head, |note, line| note + "  " + line + "\n")
}

#[test]
fn a_method_that_aborts_is_named() {
    let (output, text) = dies("notes abort", "", &[fixture("dying")]);
    assert_eq!(text, note("SIGABRT", &[GREET]));
    assert_eq!(output.status.signal(), Some(libc::SIGABRT));
}

#[test]
fn nothing_is_written_by_a_host_that_did_not_ask() {
    let (output, text) = dies("silent abort", "", &[fixture("dying")]);
    assert_eq!(text, "");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT));
}

#[test]
fn an_overflow_of_the_stack_has_a_note_and_the_message_of_rust() {
    let (output, text) = dies("notes overflow", "", &[fixture("dying")]);
    let note = note("SIGSEGV", &[GREET]);
    assert!(text.starts_with(&note), "{text}");
    assert!(text.contains("has overflowed its stack"), "{text}");
    assert_eq!(text.matches("inside a plugin").count(), 1, "{text}");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT));
}

#[test]
fn a_plugin_that_exits_is_named() {
    let (output, text) = dies("notes exit", "", &[fixture("dying")]);
    assert_eq!(text, note("exit", &[GREET]));
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn a_constructor_and_a_drop_are_named() {
    let of = "of `Mortal` (plugin_interface::greeter::Greeter) in libdying.so";
    for place in ["constructor", "drop"] {
        let (output, text) = dies("notes closed", place, &[fixture("dying")]);
        assert_eq!(text, note("SIGABRT", &[&format!("the {place} {of}")]));
        assert_eq!(output.status.signal(), Some(libc::SIGABRT));
    }
}

#[test]
fn each_plugin_of_a_nested_call_is_named_the_innermost_first() {
    let (_, text) = dies("notes nested", "", &[fixture("dying"), fixture("objects")]);
    let [_, second] = text.lines().skip(1).collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(second.starts_with("  `fill` of `"), "{text}");
    assert!(second.ends_with("::objects::Factory) in libobjects.so"), "{text}");
    assert_eq!(text, note("SIGABRT", &[GREET, second.trim_start()]));
}

#[test]
fn a_thread_of_a_plugin_is_named_by_its_library() {
    let (_, text) = dies("notes+notes thread", "", &[fixture("dying")]);
    let (own, other) = text.split_once("meanwhile").unwrap();
    let [head, line] = own.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(head.starts_with("SIGABRT on thread  ("), "{text}");
    assert_eq!(line, "  code of libdying.so");
    // It waits for that thread.
    assert_eq!("meanwhile".to_owned() + other, note("meanwhile", &[GREET]));
}

#[test]
fn each_thread_that_is_inside_a_plugin_is_named_whatever_it_does_there() {
    let more = "
        #include <signal.h>
        #include <stdlib.h>
        #include <unistd.h>
        static volatile int inside, deaf;
        static void enter(void) { __atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST); }
        static void wait(void) { enter(); for (;;) pause(); }
        static void spin(void) { enter(); for (;;) ; }
        static void hide(void) {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_BLOCK, &all, 0);
            deaf = 1;
            for (;;) pause();
        }
        static void end(void) { while (inside < 3 || !deaf) usleep(1000); abort(); }
        void die(void);
        void die(void) {
            static int calls;
            switch (__atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST)) {
                case 0: case 1: wait(); break;
                case 2: spin(); break;
                case 3: hide(); break;
                default: end();
            }
        }";
    let directory = Directory::new();
    let library = directory.compile("busy", &["DIE_IN_GREET"], more);
    let (output, text) = dies("notes threads", "", &[&library]);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{text}");
    let (own, others) = text.split_once("meanwhile").unwrap();
    let expected = " on thread  (caller), inside a plugin:\n  code of libbusy.so\n";
    assert_eq!(own, "SIGABRT".to_owned() + expected);
    let others: Vec<_> = others.split("meanwhile").collect();
    assert_eq!(others, [expected; 3], "{text}");
}

#[test]
fn a_plugin_that_was_left_is_not_named() {
    for case in ["notes closed", "notes object"] {
        let (output, text) = dies(case, "", &[fixture("dying"), fixture("objects")]);
        assert_eq!(text, "", "{case}");
        assert_eq!(output.status.signal(), Some(libc::SIGABRT));
    }
}

#[test]
fn earlier_handlers_run_after_the_note_and_later_ones_before() {
    let note = note("SIGABRT", &[GREET]);
    let own = "the host's own handler\n";
    let (output, text) = dies("handles+notes abort", "", &[fixture("dying")]);
    assert_eq!((text, output.status.signal()), (note.clone() + own, Some(libc::SIGABRT)));
    let (output, text) = dies("notes+handles abort", "", &[fixture("dying")]);
    assert_eq!((text, output.status.signal()), (own.to_owned() + &note, Some(libc::SIGABRT)));
}

#[test]
fn every_fault_of_a_library_in_c_has_a_note() {
    let cases = [
        ("SIGSEGV", libc::SIGSEGV, "*(volatile int *)8 = 1;"),
        ("SIGSEGV", libc::SIGSEGV, "((void (*)(void))0)();"),
        ("SIGILL", libc::SIGILL, "__builtin_trap();"),
        ("SIGFPE", libc::SIGFPE, "volatile int many = 7, zero = 0; many = many / zero;"),
        (
            "SIGBUS",
            libc::SIGBUS,
            "FILE *file = tmpfile(); char *page = mmap(0, 1, PROT_READ, MAP_SHARED, fileno(file), 0);\
             exit(*page);",
        ),
        ("SIGABRT", libc::SIGABRT, "void *volatile freed = malloc(8); free(freed); free(freed);"),
    ];
    for (name, signal, body) in cases {
        if cfg!(target_arch = "aarch64") && matches!(name, "SIGILL" | "SIGFPE") {
            continue;
        }
        let directory = Directory::new();
        let more = format!(
            "#include <stdio.h>\n#include <stdlib.h>\n#include <sys/mman.h>\n\
             #pragma GCC diagnostic ignored \"-Wuse-after-free\"\n\
             void die(void);\nvoid die(void) {{ {body} }}"
        );
        let library = directory.compile("fatal", &["DIE_IN_GREET"], &more);
        let (output, text) = dies("notes you", "", &[&library]);
        let expected = note(name, &["code of libfatal.so"]);
        assert!(text.ends_with(&expected), "{body}: {text}");
        assert_eq!(output.status.signal(), Some(signal), "{body}: {text}");
    }
}

#[test]
fn a_library_that_dies_while_it_is_opened_or_closed_is_named() {
    for (step, place) in [("opened", "constructor"), ("closed", "destructor")] {
        let directory = Directory::new();
        let more = format!(
            "#include <stdlib.h>\n__attribute__(({place})) static void end(void) {{ abort(); }}"
        );
        let library = directory.compile("fatal", &[], &more);
        let (_, text) = dies("notes closed", "", &[&library]);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(*lines.last().unwrap(), format!("  libfatal.so, while it was {step}"), "{text}");
    }
}
