//! Threads that end when their test does, however it ends.

use std::sync::atomic::{AtomicBool, Ordering};

/// Tells the threads of a test that it is over, also if it fails: the test would
/// wait for them.
pub(crate) struct EndsWithTest<'a>(pub(crate) &'a AtomicBool);

impl Drop for EndsWithTest<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
