//! `call` and `watch --call`: functions of plain libraries.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use crate::deadline::within;
use crate::environment::{Answer, CRASHED, Directory, NOTES_CRASHES, plugin_host, root};

/// Compiles a plain library of C to `libplain.so`.
fn compile(directory: &Directory, source: &str) -> PathBuf {
    let (file, path) = (directory.path().join("plain.c"), directory.library("plain"));
    fs::write(&file, source).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-w", "-o"]).args([&path, &file]);
    assert!(gcc.status().expect("the tests need gcc").success());
    path
}

const SOURCE: &str = r#"
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>
    double scale(double value, int by) { puts("scaling"); return value * by; }
    const char *greet(const char *name) {
        static char text[99];
        snprintf(text, sizeof text, "Hello, %s!\033", name);
        return text;
    }
    void crash(void) { *(volatile int *)0 = 1; }
    void nothing(void) {}
    int leave(void) { exit(0); }
    void hang(void) { for (;;) sleep(1); }
"#;

fn call(library: &Path, signature: &str, arguments: &[&str]) -> Answer {
    let mut all = vec!["call", "--timeout=20", library.to_str().unwrap(), signature];
    all.extend(arguments);
    plugin_host(&all)
}

#[test]
fn a_function_is_called_by_its_name_and_signature() {
    let directory = Directory::new();
    let library = compile(&directory, SOURCE);
    let answer = call(&library, "scale(double, int) -> double", &["1.5", "-3"]);
    // C on Windows ends a line with two characters.
    let printed = answer.out.replace('\r', "");
    assert_eq!((answer.code, &*printed), (0, "scaling\n-4.5\n"), "{answer:?}");
    let answer = call(&library, "nothing()", &[]);
    assert_eq!((answer.code, &*answer.out), (0, ""), "{answer:?}");
    let answer = call(&library, "greet(const char *) -> const char *", &["my world"]);
    assert_eq!((answer.code, &*answer.out), (0, "Hello, my world!\\u{1b}\n"), "{answer:?}");
}

#[test]
fn a_call_that_fails_has_an_error_and_an_exit_code() {
    let directory = Directory::new();
    let library = compile(&directory, SOURCE);
    for (signature, arguments, code, expected) in [
        ("absent() -> int", &[][..], 1, "absent() is not defined"),
        ("scale(double, int) -> double", &["1"], 2, "takes 2 arguments, found 1"),
        ("scale(double, int) -> double", &["1", "x"], 2, "argument 2: expected int, found `x`"),
        ("scale(double, imt)", &["1", "2"], 2, "`imt` is not a known C type"),
        ("scale", &[], 2, "write it like `scale(double, int) -> double`"),
        ("() -> int", &[], 2, "the name is empty or contains a NUL"),
        ("crash()", &[], 5, &format!("crash() crashed: the process was {CRASHED}")),
        ("leave() -> int", &[], 5, "leave() crashed: the process ended itself with exit code 0"),
    ] {
        let answer = call(&library, signature, arguments);
        assert_eq!(answer.code, code, "{answer:?}");
        let note =
            format!("  `{}` in {}\n", signature.split('(').next().unwrap(), library.display());
        let has_note = code == 5 && NOTES_CRASHES;
        assert_eq!(answer.err.contains(&note), has_note, "{answer:?}");
        assert_eq!(answer.err.starts_with("error: "), !has_note, "{answer:?}");
        assert!(answer.err.contains(expected), "{answer:?}");
        assert!(answer.out.is_empty(), "{answer:?}");
    }
    let library = library.to_str().unwrap();
    let answer = plugin_host(&["call", "--timeout=0.2", library, "hang()"]);
    assert_eq!(answer.code, 6, "{answer:?}");
    assert!(answer.err.contains("hang() did not answer in time"), "{answer:?}");
    for (file, code, expected) in
        [("no/such/library.so", 2, "cannot read"), ("Cargo.toml", 1, "is not a dynamic library")]
    {
        let answer = plugin_host(&["call", file, "foo()"]);
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.err.contains(expected), "{answer:?}");
    }
}

/// A running watch, which is killed when dropped.
struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    errors: BufReader<ChildStderr>,
}

impl Watching {
    fn begin(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plugin-host"))
            .arg("watch")
            .args(arguments)
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Watching { child, lines, errors }
    }

    /// Reads a line of stderr.
    fn error(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).unwrap();
        line
    }

    /// Reads up to the given line. Returns the lines before it.
    fn until(&mut self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let found = within("a line", || self.lines.next()).expect("more output").unwrap();
            if found == line {
                return before;
            }
            before.push(found);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// Its Makefile makes `libfoo.so`.
#[cfg(unix)]
#[test]
fn the_example_is_edited_and_rebuilt_while_it_is_watched() {
    let directory = Directory::new();
    for file in ["Makefile", "foo.c"] {
        let source = root().join("example-plugins/c-library").join(file);
        fs::copy(source, directory.path().join(file)).unwrap();
    }
    let make = || {
        let make = Command::new("make").arg("--silent").current_dir(directory.path()).status();
        assert!(make.expect("the tests need make").success());
    };
    make();
    let library = directory.path().join("build/libfoo.so");
    let path = library.to_str().unwrap();
    let calls = ["--call", "foo() -> int", "--call", "bar() -> int", "--every", "10ms", path];
    let mut watching = Watching::begin(&calls);
    for _ in 0..3 {
        assert_eq!(watching.until("foo() -> 4"), [""; 0]);
        assert_eq!(watching.until("bar() is not defined"), [""; 0]);
    }
    let source = directory.path().join("foo.c");
    fs::write(source, "int foo(void) { return 5; }\nint bar(void) { return 10; }").unwrap();
    make();
    let before = watching.until(&format!("reloaded {path}, version 2"));
    assert!(before.iter().all(|line| line == "foo() -> 4" || line == "bar() is not defined"));
    for _ in 0..3 {
        assert_eq!(watching.until("foo() -> 5"), [""; 0]);
        assert_eq!(watching.until("bar() -> 10"), [""; 0]);
    }
}

#[test]
fn a_bad_build_is_reported_once_and_the_old_code_keeps_running() {
    let directory = Directory::new();
    let library = compile(&directory, "int foo(void) { return 4; }");
    let path = library.to_str().unwrap();
    let mut watching = Watching::begin(&["--call", "foo() -> int", "--every", "10ms", path]);
    watching.until("foo() -> 4");
    fs::write(&library, "no library").unwrap();
    assert!(watching.error().contains("is not a dynamic library"));
    for _ in 0..10 {
        assert_eq!(watching.until("foo() -> 4"), [""; 0]);
    }
    fs::remove_file(&library).unwrap();
    // This is a new error; the first is not repeated.
    assert!(watching.error().contains("(os error 2)"));
    compile(&directory, "int foo(void) { return 5; }");
    watching.until("foo() -> 5");
}

#[test]
fn a_watch_ends_after_its_count_or_with_a_crash() {
    let directory = Directory::new();
    let library = compile(&directory, SOURCE);
    let path = library.to_str().unwrap();
    let watch = |call: &str, more: &[&str]| {
        plugin_host(&[&["watch", "--every=1ms", "--count=2", "--call", call], more].concat())
    };
    let answer = watch("absent()", &[path]);
    assert_eq!(
        (answer.code, &*answer.out),
        (0, "absent() is not defined\nabsent() is not defined\n")
    );
    let answer = watch("crash()", &[path]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.err.contains(CRASHED), "{answer:?}");
    let answer = watch("scale(double, int)", &[path]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("takes 2 arguments, found 0"), "{answer:?}");
    let answer = watch("foo()", &["--every=0s", path]);
    assert_eq!(answer.code, 2, "{answer:?}");
    let answer = watch("foo()", &["no/such/library.so"]);
    assert_eq!(answer.code, 2, "{answer:?}");
}

#[test]
fn versions_that_were_replaced_stay_mapped_where_it_is_asked_for() {
    let directory = Directory::new();
    let library = compile(&directory, "int foo(void) { return 4; }");
    let path = library.to_str().unwrap();
    let calls = ["--call", "foo() -> int", "--every", "10ms", "--retain", path];
    let mut watching = Watching::begin(&calls);
    watching.until("foo() -> 4");
    compile(&directory, "int foo(void) { return 5; }");
    watching.until(&format!("reloaded {path}, version 2"));
    // A slow linker's file is empty for a while, which is told before.
    let note = within("a note", || {
        loop {
            let line = watching.error();
            if line.contains("version 1 stays in memory") {
                break line;
            }
            assert!(line.contains("is not a dynamic library: it is empty"), "{line}");
        }
    });
    assert!(note.contains("its options keep its versions mapped"), "{note}");
}

// On Windows the thread is asked of the system in another way.
#[cfg(target_os = "linux")]
#[test]
fn a_library_with_a_thread_of_its_own_is_reloaded_and_stays() {
    let source = |version: u8| {
        format!(
            "#include <pthread.h>
            #include <unistd.h>
            static int started;
            static void *work(void *it) {{ for (;;) usleep(1000); return it; }}
            int start(void) {{
                pthread_t thread;
                if (!started++ && !pthread_create(&thread, 0, work, 0)) pthread_detach(thread);
                return {version};
            }}"
        )
    };
    let directory = Directory::new();
    let library = compile(&directory, &source(1));
    let path = library.to_str().unwrap();
    let mut watching = Watching::begin(&["--call", "start() -> int", "--every", "10ms", path]);
    watching.until("start() -> 1");
    for version in [2, 3] {
        compile(&directory, &source(version));
        watching.until(&format!("reloaded {path}, version {version}"));
        let note = within("a note", || watching.error());
        let earlier = version - 1;
        assert!(note.contains(&format!("version {earlier} stays in memory")), "{note}");
        assert!(note.contains("thread"), "{note}");
        // The code of the old thread is there all the time.
        for _ in 0..20 {
            watching.until(&format!("start() -> {version}"));
        }
    }
}
