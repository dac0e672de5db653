//! Threads that take turns, and learn when they would wait for themselves.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// A value that one thread at a time uses.
#[derive(Debug)]
pub(crate) struct ReloadLock<T> {
    value: Mutex<T>,
    /// Whose turn it is.
    thread: Mutex<Option<ThreadId>>,
}

/// The value, until this is dropped.
pub(crate) struct ReloadGuard<'t, T> {
    thread: &'t Mutex<Option<ThreadId>>,
    value: MutexGuard<'t, T>,
}

impl<T> ReloadLock<T> {
    pub(crate) fn new(value: T) -> Self {
        ReloadLock { value: Mutex::new(value), thread: Mutex::new(None) }
    }

    /// Waits until no other thread uses the value; `None` if this one does.
    pub(crate) fn lock(&self) -> Option<ReloadGuard<'_, T>> {
        let this = thread::current().id();
        if *lock_mutex(&self.thread) == Some(this) {
            return None;
        }
        let value = lock_mutex(&self.value);
        *lock_mutex(&self.thread) = Some(this);
        Some(ReloadGuard { thread: &self.thread, value })
    }

    /// The value, which nobody else can use.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock_mutex<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
        *lock_mutex(self.thread) = None;
    }
}
