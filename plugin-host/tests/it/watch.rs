//! `watch`: events, times and counters.

use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::deadline::{until, within};
#[cfg(unix)]
use crate::environment::root;
use crate::environment::{Directory, file_name, plugin_host};
use crate::interrupt::{can_be_interrupted, interrupt};

/// A running watch, which ends with this value.
pub(crate) struct Watch {
    child: Child,
    /// `None` once the output is read to its end.
    lines: Option<Lines<BufReader<ChildStdout>>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watch {
    pub(crate) fn of(directory: &Path, arguments: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_plugin-host"));
        let mut child = can_be_interrupted(&mut program)
            .arg("watch")
            .args(arguments)
            .arg(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env("RUST_BACKTRACE", "0")
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Watch { child, lines: Some(lines) }
    }

    fn line(&mut self) -> String {
        let lines = self.lines.as_mut().unwrap();
        within("one more line", || lines.next()).expect("one more line").unwrap()
    }

    #[track_caller]
    fn expect(&mut self, words: &[&str]) {
        let line = self.line();
        words.iter().for_each(|word| assert!(line.contains(word), "{word}: {line}"));
    }

    pub(crate) fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn send_interrupt(&self) {
        interrupt(self.child.id());
    }

    /// Ends the watch as Ctrl-C does. Returns the remaining lines, the errors and
    /// the exit code.
    pub(crate) fn interrupt(mut self) -> (Vec<String>, String, i32) {
        self.send_interrupt();
        let lines = self.lines.take().unwrap();
        let rest = within("its output ends", || lines.map(Result::unwrap).collect());
        let status = within("the watch ends", || self.child.wait()).unwrap();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (rest, errors, status.code().expect("it ends by itself"))
    }
}

/// Installs a greeter with that name, or replaces it.
fn place(directory: &Directory, name: &str) -> String {
    let elsewhere = Directory::new();
    let macros = ["COUNTER", &format!("NAME=\"{name}\"")];
    let built = elsewhere.compile("greeter", &macros, "");
    let path = directory.library("greeter");
    let beside = path.with_extension("tmp");
    std::fs::copy(built, &beside).unwrap();
    std::fs::rename(beside, &path).unwrap();
    path.display().to_string()
}

#[test]
fn additions_changes_and_removals_are_reported_with_times_and_counters() {
    let (directory, file_name) = (Directory::new(), file_name("greeter"));
    let mut watch = Watch::of(directory.path(), &["--greet", "you"]);
    watch.expect(&["watching", directory.path().to_str().unwrap()]);
    let file = place(&directory, "first");
    watch.expect(&[&format!("loaded {file_name}"), " in ", " ms"]);
    watch.expect(&["first: HEY you"]);
    place(&directory, "second");
    watch.expect(&[&format!("replaced {file_name}"), "->", " ms"]);
    watch.expect(&["second: HEY you"]);
    watch.expect(&[&format!("unloaded {file_name}"), "made 1, unmaker counter 1"]);
    std::fs::remove_file(&file).unwrap();
    watch.expect(&[&format!("unloaded {file_name}"), "made 1, unmaker counter 1"]);
    place(&directory, "third");
    watch.expect(&[&format!("loaded {file_name}")]);
    watch.expect(&["third: HEY you"]);
    let (rest, errors, code) = watch.interrupt();
    assert_eq!((errors.as_str(), code), ("", 0));
    let [unloaded, stopped] = &rest[..] else { panic!("{rest:?}") };
    assert!(unloaded.contains("made 1, unmaker counter 1"), "{unloaded}");
    assert!(stopped.starts_with("stopped after "), "{stopped}");
}

#[test]
fn events_are_lines_of_json() {
    let directory = Directory::new();
    let file = place(&directory, "first");
    let mut watch = Watch::of(directory.path(), &["--json", "--no-probe"]);
    assert_eq!(watch.json()["event"], "watching");
    let loaded = watch.json();
    assert_eq!((&loaded["event"], &loaded["file"]), (&"loaded".into(), &file.as_str().into()));
    assert_eq!(loaded["registrations"][0]["greeting"], "HEY world");
    assert!(loaded["ms"].as_f64().unwrap() > 0.0);
    assert!(loaded.get("replaced").is_none());
    std::fs::write(directory.library("broken"), "broken").unwrap();
    let error = watch.json();
    assert_eq!((&error["event"], &error["stage"]), (&"error".into(), &"check".into()));
    assert!(error["error"].as_str().unwrap().contains("is not a dynamic library"));
    place(&directory, "second");
    let replaced = watch.json();
    assert_eq!((&replaced["event"], &replaced["replaced"]), (&"loaded".into(), &"".into()));
    let unloaded = watch.json();
    assert_eq!((&unloaded["event"], &unloaded["unmade"]), (&"unloaded".into(), &1.into()));
    // The exit code reports a file that is not loaded in the end.
    let (rest, errors, code) = watch.interrupt();
    assert_eq!((errors.as_str(), code), ("", 1));
    let rest: Vec<Value> = rest.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rest[0]["event"], "unloaded");
    assert_eq!((&rest[1]["event"], &rest[1]["failed"]), (&"stopped".into(), &0.into()));
}

#[test]
fn a_build_that_would_crash_is_rejected_and_a_fixed_one_is_loaded() {
    let directory = Directory::new();
    place(&directory, "first");
    let mut watch = Watch::of(directory.path(), &["--json"]);
    let mut events = || watch.json()["event"].as_str().unwrap().to_owned();
    assert_eq!([events(), events()], ["watching", "loaded"]);
    let elsewhere = Directory::new();
    let crashes = elsewhere.compile("crashes", &["CRASH_IN_GREET"], "");
    std::fs::rename(crashes, directory.library("greeter")).unwrap();
    let error = watch.json();
    assert_eq!((&error["event"], &error["stage"]), (&"error".into(), &"probe".into()));
    place(&directory, "fixed");
    let fixed = watch.json();
    assert_eq!(fixed["registrations"][0]["greeter"], "fixed");
    assert_eq!(watch.json()["unmade"], 1);
    assert_eq!(watch.interrupt().2, 0);
}

#[test]
fn the_way_of_watching_is_said_at_the_start() {
    let directory = Directory::new();
    let (by, reason) = ("by events; Ctrl-C stops", "by comparing files (every 50ms, as asked for)");
    Watch::of(directory.path(), &[]).expect(&[by]);
    Watch::of(directory.path(), &["--poll", "0.05"]).expect(&[reason]);
    assert_eq!(Watch::of(directory.path(), &["--json"]).json()["by"], "events");
}

// Windows has no interrupt that a process sends to itself.
#[cfg(unix)]
#[test]
fn a_probe_that_ends_by_an_interrupt_is_no_crash() {
    let directory = Directory::new();
    let interrupts = "#include <signal.h>\n\
                      __attribute__((constructor)) static void begin(void) { raise(SIGINT); }";
    directory.compile("interrupts", &[], interrupts);
    let mut watch = Watch::of(directory.path(), &["--debounce", "1"]);
    watch.expect(&["watching"]);
    place(&directory, "later");
    watch.expect(&["loaded"]);
    let (_, errors, code) = watch.interrupt();
    assert_eq!((&*errors, code), ("", 0));
}

#[test]
fn a_plugin_that_panics_changes_the_exit_code() {
    let directory = Directory::new();
    directory.compile("panics", &["COUNTER", "PANIC_IN_GREET"], "");
    let mut watch = Watch::of(directory.path(), &[]);
    watch.expect(&["watching"]);
    watch.expect(&["loaded"]);
    watch.expect(&["panicked: as asked"]);
    assert_eq!(watch.interrupt().2, 5);
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let answer = plugin_host(&["watch", "no/such/folder"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("no such directory: no/such/folder"), "{answer:?}");
}

#[test]
fn a_file_instead_of_a_directory_needs_a_call() {
    let directory = Directory::new();
    let library = directory.compile("greeter", &[], "");
    let answer = plugin_host(&["watch", library.to_str().unwrap()]);
    assert_eq!(answer.code, 2, "{answer:?}");
    let expected = ["expected a directory, found a file", "--call 'foo() -> int'"];
    expected.iter().for_each(|words| assert!(answer.err.contains(words), "{answer:?}"));
}

#[test]
fn a_second_ctrl_c_ends_a_watch_whose_plugin_hangs() {
    let directory = Directory::new();
    let called = directory.path().join("called");
    let hang = format!(
        "#include <stdio.h>\n#include <unistd.h>\n\
         void hang(void) {{ fclose(fopen({called:?}, \"w\")); for (;;) sleep(1); }}\n"
    );
    directory.compile("hangs", &["COUNTER", "CRASH_IN_GREET", "abort=hang"], &hang);
    let mut watch = Watch::of(directory.path(), &["--no-probe"]);
    watch.expect(&["watching"]);
    until("the plugin is called", || called.exists());
    let mut status = None;
    until("the watch ends", || {
        // Those of the first second count as one.
        watch.send_interrupt();
        std::thread::sleep(Duration::from_millis(50));
        status = watch.child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().code(), Some(130));
}

/// Installs the example in C, which lists its methods, or replaces it.
#[cfg(unix)]
fn place_described(directory: &Directory, version: &str, greet: &str) {
    let (elsewhere, example) = (Directory::new(), root().join("example-plugins/greeter-c"));
    let source = std::fs::read_to_string(example.join("greeter.c")).unwrap();
    let greets = "    (void)instance;\n    size_t size";
    assert!(source.contains(greets) && source.contains("\"0.1.0\""));
    let source = source.replace("0.1.0", version).replace("#include <stdio.h>", {
        "#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>"
    });
    let source = source.replace(greets, &format!("    (void)instance;\n{greet}\n    size_t size"));
    let (file, built) = (elsewhere.path().join("greeter.c"), elsewhere.library("greeter_c"));
    std::fs::write(&file, source).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-I"]).arg(example).arg("-o").arg(&built).arg(file);
    assert!(gcc.status().expect("the tests need gcc").success());
    let path = directory.library("greeter_c");
    let beside = path.with_extension("tmp");
    std::fs::copy(built, &beside).unwrap();
    std::fs::rename(beside, path).unwrap();
}

#[cfg(unix)]
#[test]
fn each_version_of_an_isolated_library_has_a_process_of_its_own() {
    /// Returns the next line that is no error, and keeps the errors before it.
    fn next(watch: &mut Watch, errors: &mut Vec<Value>) -> Value {
        loop {
            let line = watch.json();
            if line["event"] != "error" {
                return line;
            }
            errors.push(line["error"].clone());
        }
    }

    let directory = Directory::new();
    let mut watch = Watch::of(directory.path(), &["--isolated", "--json", "--greet", "you"]);
    let mut errors = Vec::new();
    assert_eq!(next(&mut watch, &mut errors)["event"], "watching");
    place_described(&directory, "1.0.0", "");
    let loaded = next(&mut watch, &mut errors);
    assert_eq!((&loaded["event"], &loaded["version"]), (&"loaded".into(), &"1.0.0".into()));
    assert_eq!(loaded["registrations"][0]["greeting"], "Salve, you!");
    assert!(errors.is_empty(), "{errors:?}");

    // It would take this process along.
    place_described(&directory, "2.0.0", "    abort();");
    let died = "killed by SIGABRT (it aborted) while `greet` ran";
    let error = watch.json();
    assert!(error["error"].as_str().unwrap_or_default().contains(died), "{error}");

    // It does so at its second call.
    let has_died = directory.path().join("died");
    let later = format!(
        "    static int calls;\n    \
         if (calls++ == 1) {{ fclose(fopen({has_died:?}, \"w\")); abort(); }}"
    );
    place_described(&directory, "3.0.0", &later);
    let loaded = next(&mut watch, &mut errors);
    assert_eq!((&loaded["replaced"], &loaded["version"]), (&"1.0.0".into(), &"3.0.0".into()));
    let unloaded = next(&mut watch, &mut errors);
    assert_eq!((&unloaded["event"], &unloaded["version"]), (&"unloaded".into(), &"1.0.0".into()));
    assert_eq!((&unloaded["isolated"], &unloaded["unmade"]), (&true.into(), &Value::Null));
    until("a process dies", || has_died.exists());
    place_described(&directory, "4.0.0", "");
    assert_eq!(next(&mut watch, &mut errors)["replaced"], "3.0.0");
    assert_eq!(next(&mut watch, &mut errors)["version"], "3.0.0");
    assert!(errors.iter().any(|it| it.as_str().unwrap().contains(died)), "{errors:?}");

    std::fs::remove_file(directory.library("greeter_c")).unwrap();
    let unloaded = next(&mut watch, &mut errors);
    assert_eq!((&unloaded["event"], &unloaded["version"]), (&"unloaded".into(), &"4.0.0".into()));
    let (rest, _, code) = watch.interrupt();
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!((rest[0].contains("stopped"), code), (true, 5), "calls have failed");
}
