//! Hosts that are programs of their own: under valgrind, and built by other
//! compilers than their plugins.

use std::path::Path;
use std::process::{Command, Output};

use crate::builds::{Built, build, built, is_soak};
use crate::compilers::{is_thorough, shuffled, version};
use crate::deadline::Run;
use crate::fixtures::{Directory, fixture, released};

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

/// The mappings and descriptors that a `cycle` printed, before and after.
fn held(output: &Output) -> [Vec<usize>; 2] {
    let text = text(output);
    let line = text.lines().find(|line| line.starts_with("file mappings")).expect(&text);
    let numbers = |part: &str| {
        let words = part.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
        words.map(|word| word.parse().unwrap()).collect::<Vec<usize>>()
    };
    let (before, after) = line.split_once("before").unwrap();
    [numbers(before), numbers(after)]
}

fn cycle(count: usize, backtrace: &str) -> Output {
    let output = Command::new(fixture("driver"))
        .args(["cycle", &count.to_string()])
        .arg(fixture("healthy"))
        .env("RUST_BACKTRACE", backtrace)
        .run("the driver ends");
    assert!(output.status.success(), "{}", text(&output));
    output
}

#[test]
fn loading_and_unloading_leaves_no_mapping_and_no_descriptor() {
    let [before, after] = held(&cycle(100, "0"));
    assert_eq!(before.len(), 3);
    assert_eq!(before, after);
}

#[test]
fn backtraces_through_a_plugin_leave_no_mapping_and_no_descriptor() {
    let [before, after] = held(&cycle(if is_soak() { 100 } else { 10 }, "1"));
    assert_eq!(before.len(), 3);
    assert_eq!(before, after);
}

#[test]
fn a_panic_of_a_plugin_appears_where_the_hosts_own_do() {
    let output = cycle(0, "0");
    let error = String::from_utf8_lossy(&output.stderr);
    for expected in ["thread 'main'", "number 7\n  in plugin ", "at healthy/src/lib.rs:"] {
        assert!(error.contains(expected), "{error}");
    }
    // Each once: told by the plugin, not again where it is continued.
    let (told, loads) = (error.matches("number 7").count(), 2);
    assert_eq!(told, loads);
}

/// Memcheck over load, call, panic and unload, of host and plugin together.
fn memcheck(count: usize, backtrace: &str) {
    let output = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9", "--keep-debuginfo=yes"])
        .arg(fixture("driver"))
        .args(["cycle", &count.to_string()])
        .arg(fixture("healthy"))
        .env("RUST_BACKTRACE", backtrace)
        .run("valgrind ends");
    assert!(output.status.success(), "{}", text(&output));
    // Valgrind's own heap is mapped too: only files count here.
    let [before, after] = held(&output);
    assert_eq!((before[0], before[2]), (after[0], after[2]));
}

#[test]
fn valgrind_finds_no_error_and_no_leak() {
    let count = if is_soak() { 100 } else { 1 };
    memcheck(count, "1");
    // A panic without a backtrace does less.
    if is_thorough() {
        memcheck(count, "0");
    }
}

/// Makes and drops objects of a library, in a host that is `command`.
fn objects(command: &mut Command, library: &Path, count: u32) {
    let count = count.to_string();
    command.args(["objects", &count]).arg(library);
    let output = command.run("the objects are made and dropped");
    assert!(output.status.success(), "{}", text(&output));
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out, format!("{count} objects, the last 7\n"));
}

#[test]
fn objects_of_two_threads_leave_nothing_behind() {
    let count = if is_soak() { 1_000_000 } else { 10_000 };
    objects(&mut Command::new(fixture("driver")), fixture("objects"), count);
}

#[test]
fn valgrind_finds_no_error_and_no_leak_in_objects() {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9"])
        .args(["--fair-sched=yes", "--keep-debuginfo=yes"])
        .arg(fixture("driver"));
    objects(&mut valgrind, fixture("objects"), if is_soak() { 20_000 } else { 200 });
}

#[cfg(feature = "hot-library")]
#[test]
fn valgrind_finds_no_error_while_a_library_of_c_is_reloaded_and_called() {
    let sources = crate::hot::Sources::new();
    let builds = [4, 5].map(|number| {
        let source = format!("int foo(void) {{ return {number}; }}");
        sources.build_as(format!("build{number}.so"), &source)
    });
    let count = if is_soak() { "500" } else { "25" };
    let output = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9", "--fair-sched=yes"])
        .arg(fixture("driver"))
        .args(["hot", count])
        .args(builds)
        .run("valgrind ends");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(text(&output), format!("{count} reloads, some calls\n"));
}

/// What a host of one compiler prints of the plugins of another; objects of
/// both go to and fro.
fn drive(host: &Built, plugins: &Built) -> String {
    objects(&mut Command::new(&host["driver"]), &plugins["objects"], 100);
    let directory = Directory::new();
    for name in ["healthy", "shared_malloc", "fixture_interface"] {
        std::fs::copy(&plugins[name], directory.library(name)).unwrap();
    }
    let mut driver = Command::new(&host["driver"]);
    let output = driver.args(["drive".as_ref(), directory.path()]).run("the driver ends");
    assert!(output.status.success(), "{}", text(&output));
    let out = String::from_utf8(output.stdout).unwrap();
    // Addresses differ, and so does the directory.
    let lines = out.lines().filter(|line| !line.starts_with("addresses"));
    lines.map(|line| line.replace(directory.path().to_str().unwrap(), "DIR") + "\n").collect()
}

#[test]
fn host_and_plugin_may_come_from_different_compilers_optimisations_and_layouts() {
    let expected = drive(built(), built());
    for part in [
        "first: 1 skew",
        "formatted: number 7",
        "everything [",
        "derived Words {",
        "tally 42 [0, 9, 0, 0]",
        "host   fn add",
    ] {
        assert!(expected.contains(part), "{expected}");
    }

    if is_thorough() {
        assert_eq!(drive(built(), released()), expected);
        assert_eq!(drive(released(), built()), expected);
    }
    let long: &[&[&str]] = match (is_soak(), is_thorough()) {
        (true, _) => &[&[], &["--release"]],
        (false, true) => &[&[]],
        (false, false) => &[],
    };
    for more in long {
        let Some(theirs) =
            shuffled(&["driver", "changed", "healthy", "objects", "shared-malloc"], more)
        else {
            return;
        };
        assert_ne!(version(&theirs["healthy"]), version(fixture("healthy")), "two compilers");
        assert_eq!(drive(built(), &theirs), expected);
        assert_eq!(drive(&theirs, built()), expected);
    }
}

#[test]
fn a_plugin_that_aborts_on_panic_is_refused() {
    let whole = ["--package", "strict", "--config", "profile.dev.panic=\"abort\""];
    let whole = build("fixtures-abort", "build", &[], &whole);
    // The library alone, while what it links would unwind.
    let last = ["--package", "strict", "--", "-Cpanic=abort"];
    let last = build("fixtures-abort-last", "rustc", &[], &last);
    for built in [whole, last] {
        let directory = Directory::new();
        std::fs::copy(&built["strict"], directory.library("strict")).unwrap();
        let mut manager = plugin_interface::PluginManager::new();
        assert!(manager.load_all(directory.path()).unwrap().is_empty());
        let text = manager.rejected()[0].error.to_string();
        assert!(text.contains("build it with panic = \"unwind\""), "{text}");
    }
}
