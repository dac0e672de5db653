//! Spans and their end, under valgrind.
#![cfg(target_os = "linux")]

use std::process::Command;

#[test]
fn valgrind_finds_no_error_when_a_library_with_open_spans_goes() {
    for test in [
        "a_span_of_a_plugin_is_a_child_of_the_callers_and_ends_with_its_last_owner",
        "an_unload_ends_the_spans_that_are_open",
        "each_kind_of_value_arrives_as_what_it_is",
    ] {
        let output = Command::new("valgrind")
            .args(["--quiet", "--error-exitcode=9", "--fair-sched=yes"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .output()
            .expect("the tests need valgrind");
        let out = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{out}{error}");
        assert!(out.contains("1 passed"), "{out}");
    }
}
