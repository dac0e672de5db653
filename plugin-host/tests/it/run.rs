//! `run`: loads, calls, unloads and counts.

use crate::environment::{ABORTED, CRASHED, Directory, NOTES_CRASHES, file_name, plugin_host};
#[cfg(unix)]
use crate::environment::{answer, command};

#[test]
fn the_examples_are_built_called_and_unloaded() {
    let answer = plugin_host(&["run", "--build", "example-plugins"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    for expected in [
        "english: Hello, world!",
        "french: Bonjour, world !",
        "german: Hallo, world!",
        "latin: Salve, world!",
        "made 1, unmaker counter 1",
        "made 3, unmaker counter 3",
        "Plain (text_tools_interface::TextTools): not called, has 6 methods",
        "fn find(&self, text: &str, pattern: &str) -> Result<Vec<String>, String>",
    ] {
        assert!(answer.out.contains(expected), "{expected}: {answer:?}");
    }
    assert!(answer.err.is_empty(), "quiet in a pipe: {answer:?}");
}

#[test]
fn the_report_is_available_as_json() {
    let answer = plugin_host(&["run", "--build", "example-plugins", "--json", "--greet", "Ann"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["rejected"], serde_json::json!([]));
    let libraries = report["libraries"].as_array().unwrap();
    let english = libraries.iter().find(|library| library["package"] == "greeter-english").unwrap();
    assert_eq!((&english["made"], &english["unmade"]), (&1.into(), &1.into()));
    assert_eq!(english["registrations"][0]["greeting"], "Hello, Ann!");
}

#[test]
fn plugins_that_fail_and_panic_are_reported_and_the_good_one_runs() {
    let answer = plugin_host(&["run", "--build", "plugin-interface/tests/fixtures/faulty"]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.out.contains("Fine: Fine greets world"), "{answer:?}");
    assert!(answer.out.contains("panicked: boom while greeting world"), "{answer:?}");
    assert!(answer.out.contains("made 3, unmaker counter 3"), "{answer:?}");
    for expected in [
        "the constructor of Refuses failed: invalid digit found in string",
        "the constructor of Explodes panicked: boom in the constructor",
        "dropping DropsBadly panicked: boom in the drop",
    ] {
        assert!(answer.err.contains(expected), "{expected}: {answer:?}");
    }
}

#[test]
fn each_kind_of_bad_file_has_an_error_and_an_exit_code() {
    type Make = fn(&Directory);
    let cases: [(Make, i32, &str); 5] = [
        (|d| std::fs::write(d.library("bad"), "text").unwrap(), 1, "is not a dynamic library"),
        (|d| drop(d.compile("bad", &["NO_METADATA"], "")), 1, "is a library, but no plugin"),
        (|d| drop(d.compile("bad", &["ABI=2"], "")), 3, "expected ABI version 1, found 2"),
        (|d| drop(d.compile("bad", &["NULL_MAKER"], "")), 1, "returned null instead of"),
        (|d| drop(d.compile("bad", &["VTABLE_ABI=2"], "")), 3, "expected a vtable of ABI version"),
    ];
    for (make, code, message) in cases {
        let directory = Directory::new();
        make(&directory);
        directory.compile("good", &["COUNTER"], "");
        let answer = plugin_host(&directory.arguments(&["run"]));
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.err.contains(message), "{answer:?}");
        assert!(answer.out.contains("by hand: HEY world"), "the good one runs: {answer:?}");
    }
}

#[test]
fn the_same_library_under_two_names_is_a_duplicate() {
    let directory = Directory::new();
    let original = directory.compile("a", &[], "");
    std::fs::copy(original, directory.library("b")).unwrap();
    let answer = plugin_host(&directory.arguments(&["run"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("is the same library as"), "{answer:?}");
    assert!(answer.out.contains("HEY world"), "{answer:?}");
}

#[test]
fn a_wrong_unmaker_counter_fails_the_run() {
    let directory = Directory::new();
    let wrong = "#include <stddef.h>\nsize_t plugin_unmaker_counter_Greeter_v1(void) { return 7; }";
    directory.compile("wrong", &[], wrong);
    let answer = plugin_host(&directory.arguments(&["run"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("expected an unmaker counter of 1, found 7"), "{answer:?}");
}

#[test]
fn folders_with_a_makefile_are_built_with_make() {
    let directory = Directory::new();
    directory.compile("elsewhere", &[], "");
    let folder = directory.path().join("in-c");
    std::fs::create_dir(&folder).unwrap();
    let (from, to) = (file_name("elsewhere"), file_name("made"));
    std::fs::write(folder.join("Makefile"), format!("{to}:\n\tcp ../{from} {to}\n")).unwrap();
    let folder = folder.to_str().unwrap();
    let answer = plugin_host(&["run", "--build", folder]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("HEY world"), "{answer:?}");

    std::fs::write(directory.path().join("in-c/Makefile"), "all:\n\tfalse\n").unwrap();
    let answer = plugin_host(&["run", "--build", folder]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("make could not build"), "{answer:?}");
}

#[test]
fn a_crate_that_does_not_compile_fails_the_run_and_the_others_run() {
    let directory = Directory::new();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let manifest = "[package]\nname = \"broken\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    write("broken/Cargo.toml", manifest);
    write("broken/src/lib.rs", "fn broken() -> u8 {}");
    directory.compile("elsewhere", &[], "");
    let (from, to) = (file_name("elsewhere"), file_name("made"));
    write("in-c/Makefile", &format!("all:\n\tcp ../{from} {to}\n"));
    let answer = plugin_host(&directory.arguments(&["run", "--build"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("cargo could not build all plugins of"), "{answer:?}");
    assert!(answer.out.contains("HEY world"), "{answer:?}");
}

/// Returns the source of a constructor with that body.
fn constructor(body: &str) -> String {
    format!(
        "#include <stdlib.h>\n#include <unistd.h>\n\
         __attribute__((constructor)) static void begin(void) {{ {body} }}\n"
    )
}

#[test]
fn a_library_that_crashes_hangs_or_exits_does_not_end_the_host() {
    // Where a constructor uses a wild pointer, Windows tells whoever opens the library.
    let wild = if cfg!(windows) { (1, "cannot open ") } else { (5, CRASHED) };
    for (body, code, message) in [
        ("*(volatile int *)8 = 1;", wild.0, wild.1),
        ("abort();", 5, ABORTED),
        ("exit(0);", 5, "the process ended itself with exit code 0"),
        ("for (;;) sleep(1);", 6, "did not answer within 2s"),
    ] {
        let directory = Directory::new();
        directory.compile("bad", &[], &constructor(body));
        directory.compile("good", &["COUNTER"], "");
        let arguments = ["run", "--probe-timeout", "2"];
        let answer = plugin_host(&directory.arguments(&arguments));
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.err.contains(message), "{answer:?}");
        let has_note = answer.err.contains("libbad.so, while it was opened\n");
        assert_eq!(has_note, code == 5 && NOTES_CRASHES, "{answer:?}");
        assert!(answer.out.contains("HEY world"), "the good one runs: {answer:?}");
    }
}

#[test]
fn a_crash_in_a_call_happens_only_in_the_child_process() {
    let directory = Directory::new();
    directory.compile("bad", &["CRASH_IN_GREET"], "");
    let answer = plugin_host(&directory.arguments(&["run"]));
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.err.contains(ABORTED), "{answer:?}");
    assert!(answer.err.contains("\n  code of ") || !NOTES_CRASHES, "{answer:?}");
}

// Windows has another variable, and its own answer to an empty one.
#[cfg(unix)]
#[test]
fn an_empty_tmpdir_puts_nothing_into_the_current_directory() {
    let directory = Directory::new();
    let place = directory.path().join("place");
    // The plugin writes down the path from which it was loaded.
    let writes = format!(
        "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdio.h>\n\
         __attribute__((constructor)) static void begin(void) {{\n\
         Dl_info info; dladdr((void *)begin, &info);\n\
         FILE *f = fopen(\"{}\", \"w\"); fputs(info.dli_fname, f); fclose(f);\n}}\n",
        place.display()
    );
    directory.compile("writes", &["COUNTER"], &writes);
    for more in [&[][..], &["--no-probe"]] {
        let mut arguments = directory.arguments(&["run"]);
        arguments.extend(more.iter().map(std::ffi::OsStr::new));
        let answer = answer(command(&arguments).env("TMPDIR", ""));
        assert_eq!(answer.code, 0, "{answer:?}");
        let loaded = std::fs::read_to_string(&place).unwrap();
        assert!(loaded.starts_with("/tmp/"), "{loaded}");
    }
}

#[cfg(unix)]
#[test]
fn isolated_plugins_answer_from_processes_of_their_own() {
    let answer = plugin_host(&["run", "--isolated", "--build", "example-plugins"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    for expected in [
        "english: Hello, world!",
        "latin: Salve, world!",
        "made 1, in a process of its own",
        "Plain (text_tools_interface::TextTools): not called, has 6 methods",
    ] {
        assert!(answer.out.contains(expected), "{expected}: {answer:?}");
    }
    assert!(answer.err.is_empty(), "quiet in a pipe: {answer:?}");

    let faulty = "plugin-interface/tests/fixtures/faulty";
    let answer = plugin_host(&["run", "--isolated", "--json", "--build", faulty]);
    assert_eq!(answer.code, 5, "{answer:?}");
    let library = &answer.json()["libraries"][0];
    assert_eq!((&library["isolated"], &library["unmade"]), (&true.into(), &().into()));
    assert!(answer.out.contains("Fine greets world"), "{answer:?}");
    assert!(answer.out.contains("panicked: boom while greeting world"), "{answer:?}");
    assert!(answer.err.contains("the constructor of Explodes panicked"), "{answer:?}");
}

#[cfg(unix)]
#[test]
fn an_isolated_library_that_crashes_or_hangs_does_not_end_the_run() {
    let directory = Directory::new();
    directory.compile("good", &[], "");
    directory.compile("crashing", &[], &constructor("*(volatile int *)8 = 1;"));
    directory.compile("hanging", &[], &constructor("for (;;) pause();"));
    let path = directory.path().to_str().unwrap();
    let answer = plugin_host(&["run", "--isolated", "--probe-timeout=2", path]);
    assert_eq!(answer.code, 6, "{answer:?}");
    assert!(answer.out.contains("in a process of its own"), "{answer:?}");
    for expected in ["SIGSEGV", "expected an answer within 2s, found none while it loaded"] {
        assert!(answer.err.contains(expected), "{expected}: {answer:?}");
    }
}
