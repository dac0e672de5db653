//! A lock for one reload at a time that detects re-entrance.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// A value that one thread at a time uses.
#[derive(Debug)]
pub(crate) struct ReloadLock<T> {
    value: Mutex<T>,
    /// The thread that holds the lock.
    owner: Mutex<Option<ThreadId>>,
}

/// Access to the value of a [`ReloadLock`].
pub(crate) struct ReloadGuard<'l, T> {
    owner: &'l Mutex<Option<ThreadId>>,
    value: MutexGuard<'l, T>,
}

impl<T> ReloadLock<T> {
    pub(crate) fn new(value: T) -> Self {
        ReloadLock { value: Mutex::new(value), owner: Mutex::new(None) }
    }

    /// Waits until no other thread holds the lock. Returns `None` if this
    /// thread holds it.
    pub(crate) fn lock(&self) -> Option<ReloadGuard<'_, T>> {
        let this = thread::current().id();
        if *lock(&self.owner) == Some(this) {
            return None;
        }
        let value = lock(&self.value);
        *lock(&self.owner) = Some(this);
        Some(ReloadGuard { owner: &self.owner, value })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Deref for ReloadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ReloadGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for ReloadGuard<'_, T> {
    fn drop(&mut self) {
        // Before the value is unlocked: the next owner sets it after that.
        *lock(self.owner) = None;
    }
}
