//! The end of tasks, under valgrind.

use std::process::Command;

#[test]
fn valgrind_finds_no_error_while_tasks_are_cancelled() {
    for test in [
        "ending::a_hundred_sleeping_tasks_are_dropped_and_none_is_polled_after_that",
        "ending::a_waker_of_the_plugin_that_the_host_has_keeps_the_library",
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
