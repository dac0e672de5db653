//! Waiting for what another thread does.

use std::thread;
use std::time::{Duration, Instant};

/// Nothing takes so long, on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until a condition is true.
#[track_caller]
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_true() {
        assert!(Instant::now() < end, "waited too long for this: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
