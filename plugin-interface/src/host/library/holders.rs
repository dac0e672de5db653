//! The proxies of an instance: one that has it alone, or any number that share it.

use std::sync::atomic::{AtomicU8, Ordering};

const NOBODY: u8 = 0;
const ONE: u8 = 1;
/// Stays for ever, as nobody counts those that share.
const SHARED: u8 = 2;

/// States who has an instance.
#[derive(Debug)]
pub(super) struct Holders(AtomicU8);

/// Keeps anybody from having an instance alone.
#[derive(Debug)]
pub(super) struct Kept<'h>(Option<&'h Holders>);

impl Holders {
    pub(super) const fn new() -> Self {
        Holders(AtomicU8::new(NOBODY))
    }

    /// Replaces nobody. Returns who was there.
    fn replace(&self, wanted: u8) -> u8 {
        let replaced = self.0.compare_exchange(NOBODY, wanted, Ordering::AcqRel, Ordering::Acquire);
        replaced.unwrap_or_else(|found| found)
    }

    /// Adds one that shares the instance. Returns `false` if somebody has it alone.
    pub(super) fn share(&self) -> bool {
        self.replace(SHARED) != ONE
    }

    /// Adds one that has the instance alone, until [`end`](Self::end). Returns
    /// `false` if somebody has or shares it.
    pub(super) fn take(&self) -> bool {
        self.replace(ONE) == NOBODY
    }

    /// Ends the one that has the instance alone.
    pub(super) fn end(&self) {
        self.0.store(NOBODY, Ordering::Release);
    }

    /// Keeps the instance from being had alone. Returns `None` if somebody has it.
    pub(super) fn keep(&self) -> Option<Kept<'_>> {
        match self.replace(ONE) {
            ONE => None,
            found => Some(Kept((found == NOBODY).then_some(self))),
        }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(holders) = self.0 {
            holders.end();
        }
    }
}
