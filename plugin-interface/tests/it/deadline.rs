//! Deadlines: no test waits for something without one.

use std::io::{self, Write};
use std::process::{Command, Output};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine, a build by cargo included.
fn deadline() -> Duration {
    let is_soak = std::env::var_os("PLUGIN_SOAK").is_some_and(|value| value == "1");
    Duration::from_secs(if is_soak { 4 * 3600 } else { 600 })
}

/// Does something that blocks until `what` happens. Ends the program if it takes
/// too long, since a thread that blocks cannot be stopped.
pub(crate) fn within<T>(what: &str, block: impl FnOnce() -> T) -> T {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let (done, is_done) = channel::<()>();
    let (what, deadline) = (what.to_owned(), deadline());
    let watchdog = thread::spawn(move || {
        if is_done.recv_timeout(deadline) == Err(RecvTimeoutError::Timeout) {
            // Not by `eprintln!`, whose text the test captures and the abort loses.
            let text = format!("{test} waited {} s for this: {what}", deadline.as_secs());
            let _ = writeln!(io::stderr(), "{text}");
            std::process::abort();
        }
    });
    let value = block();
    drop(done);
    watchdog.join().unwrap();
    value
}

/// Waits until a condition is true. Panics with `what` if it takes too long.
#[track_caller]
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + deadline();
    while !is_true() {
        assert!(Instant::now() < end, "waited too long for this: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a program to its end.
pub(crate) trait Run {
    fn run(&mut self, what: &str) -> Output;
}

impl Run for Command {
    fn run(&mut self, what: &str) -> Output {
        let output = within(what, || self.output());
        output.unwrap_or_else(|error| panic!("{self:?} does not run: {error}"))
    }
}

#[test]
fn a_wait_ends_with_its_value_or_its_panic() {
    assert_eq!(within("a value", || 7), 7);
    let panicked = std::panic::catch_unwind(|| within("a panic", || panic!("as asked")));
    assert!(panicked.is_err());
    let mut calls = 0;
    until("three calls", || {
        calls += 1;
        calls == 3
    });
}
