//! Threads that take turns, and learn when they would wait for themselves.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// A value that one thread at a time uses.
#[derive(Debug)]
pub(crate) struct Turns<T> {
    value: Mutex<T>,
    /// Whose turn it is.
    thread: Mutex<Option<ThreadId>>,
}

/// The value, until this is dropped.
pub(crate) struct Turn<'t, T> {
    thread: &'t Mutex<Option<ThreadId>>,
    value: MutexGuard<'t, T>,
}

impl<T> Turns<T> {
    pub(crate) fn new(value: T) -> Self {
        Turns { value: Mutex::new(value), thread: Mutex::new(None) }
    }

    /// Waits until no other thread uses the value; `None` if this one does.
    pub(crate) fn begin(&self) -> Option<Turn<'_, T>> {
        let this = thread::current().id();
        if *lock(&self.thread) == Some(this) {
            return None;
        }
        let value = lock(&self.value);
        *lock(&self.thread) = Some(this);
        Some(Turn { thread: &self.thread, value })
    }

    /// The value, which nobody else can use.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Deref for Turn<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Turn<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        *lock(self.thread) = None;
    }
}
