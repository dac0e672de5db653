//! The current value, its guards, and the values that it replaced.
//!
//! A reader loads the current pointer, announces it in a hazard slot of its
//! thread, and loads the current pointer again. If both loads agree, the
//! announcement was visible before the value was replaced. The writer that
//! replaces it finds the announcement, and keeps the value until the slot is
//! cleared.
//!
//! Invariants:
//!
//! 1. A guard's value is announced in a slot, or counted in its node, for as
//!    long as the guard exists.
//! 2. A value is freed only after it was replaced, after a heavy fence, and
//!    after a scan found it in no slot and its count at zero, in this order.
//! 3. A replaced value never becomes current again. Its address may be reused:
//!    a stale announcement only delays a reclamation.
//!
//! Readers are lock-free: they take no lock, and their loop repeats only if a
//! new value was published in between. Publishing is one atomic swap.
//!
//! A thread that holds more guards than it has slots counts the others in the
//! value itself. That costs more, and does not show which thread holds them.
#![expect(unsafe_code, reason = "guards refer to a value that is freed after them")]

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::fence;
use super::hazard_slots::{self, Slot, ThreadSlots};
use super::sync::{AtomicPtr, AtomicUsize};

/// A value, and the number of its guards that found no slot.
struct Node<T> {
    counted: AtomicUsize,
    value: T,
}

/// The current value. Dropping it without [`take`](Self::take) leaks the value.
pub(crate) struct Swap<T> {
    current: AtomicPtr<Node<T>>,
    owned: PhantomData<Box<Node<T>>>,
}

// SAFETY: threads that share a swap share its values (`Sync`), and any of them
// may take a value out (`Send`).
unsafe impl<T: Send + Sync> Send for Swap<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Swap<T> {}

impl<T> Swap<T> {
    pub(crate) fn new(value: T) -> Self {
        fence::prepare();
        Swap { current: AtomicPtr::new(Node::new(value)), owned: PhantomData }
    }

    /// Returns a guard of the current value.
    // Short enough to be inlined into the caller's loop as a whole.
    #[inline(always)]
    pub(crate) fn get(&self) -> Guard<T> {
        match ThreadSlots::first_slot() {
            Some(slot) => Guard { node: self.announce(slot, fence::order), slot: Some(slot) },
            None => self.get_slow(),
        }
    }

    /// The path of a thread that has no record yet, holds another guard, or
    /// needs a fence.
    #[inline(never)]
    fn get_slow(&self) -> Guard<T> {
        if let Some(record) = ThreadSlots::of_this_thread()
            && let Some(slot) = record.free_slot()
        {
            return Guard { node: self.announce(slot, fence::light), slot: Some(slot) };
        }
        self.get_counted()
    }

    /// Announces the current value in a slot that no other thread fills.
    /// Returns the value once it is certainly protected.
    #[inline(always)]
    fn announce(&self, slot: &Slot, fence: impl Fn()) -> NonNull<Node<T>> {
        let mut found = self.current.load(Ordering::Acquire);
        loop {
            #[cfg(test)]
            super::tests::step();
            slot.store(found.cast(), Ordering::Release);
            fence();
            #[cfg(test)]
            super::tests::step();
            let current = self.current.load(Ordering::Acquire);
            if current == found {
                // SAFETY: only `take` leaves null, and that borrows `self`
                // mutably.
                return unsafe { NonNull::new_unchecked(found) };
            }
            found = current;
        }
    }

    #[cold]
    fn get_counted(&self) -> Guard<T> {
        let own = ThreadSlots::of_this_thread();
        // A thread that is ending has no record, and acquires one for this
        // call.
        let record = own.unwrap_or_else(ThreadSlots::acquire);
        let node = self.announce(&record.transient, fence::light);
        // SAFETY: the value is announced until it is counted, and counted for
        // as long as the guard exists.
        unsafe { node.as_ref() }.counted.fetch_add(1, Ordering::Relaxed);
        record.transient.store(ptr::null_mut(), Ordering::Release);
        if own.is_none() {
            record.release();
        }
        Guard { node, slot: None }
    }

    /// Replaces the current value. A `get` that begins after this returns never
    /// returns the old value.
    pub(crate) fn publish(&self, value: T) -> Retired<T> {
        let old = self.current.swap(Node::new(value), Ordering::AcqRel);
        // SAFETY: only `take` leaves null, and that borrows `self` mutably.
        Retired::new(unsafe { NonNull::new_unchecked(old) })
    }

    /// Takes the last value out. The swap may only be dropped after this.
    pub(crate) fn take(&mut self) -> Option<Retired<T>> {
        NonNull::new(self.current.swap(ptr::null_mut(), Ordering::AcqRel)).map(Retired::new)
    }
}

impl<T> Node<T> {
    fn new(value: T) -> *mut Self {
        Box::into_raw(Box::new(Node { counted: AtomicUsize::new(0), value }))
    }
}

/// Protects the value that was current when the guard was taken.
pub(crate) struct Guard<T> {
    node: NonNull<Node<T>>,
    /// The slot with the announcement; `None` if the guard is counted instead.
    slot: Option<&'static Slot>,
}

// SAFETY: a guard gives access to `&T` only (`T: Sync`), and its drop writes
// atomics that any thread may write.
unsafe impl<T: Sync> Send for Guard<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Guard<T> {}

impl<T> Deref for Guard<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the value is announced or counted until the drop below, and
        // so not freed (invariant 2).
        unsafe { &self.node.as_ref().value }
    }
}

impl<T> Drop for Guard<T> {
    #[inline(always)]
    fn drop(&mut self) {
        match self.slot {
            Some(slot) => slot.store(ptr::null_mut(), Ordering::Release),
            // SAFETY: the value is counted until this, and not used after it.
            None => drop(unsafe { self.node.as_ref() }.counted.fetch_sub(1, Ordering::Release)),
        }
    }
}

/// A replaced value. It may have guards, but gets no new ones.
///
/// Dropping it without [`reclaim`](Self::reclaim) leaks the value.
pub(crate) struct Retired<T> {
    node: NonNull<Node<T>>,
    since: Instant,
    /// `true` once a heavy fence followed the replacement.
    is_fenced: bool,
}

// SAFETY: it owns the value (`Send`), beside guards that share it (`Sync`).
unsafe impl<T: Send + Sync> Send for Retired<T> {}

/// The holders of the guards of a value.
#[derive(Debug, Default)]
pub(crate) struct Users {
    /// The number of guards in slots, by the thread that owns the slots.
    pub(crate) threads: Vec<(Option<Thread>, usize)>,
    /// The number of guards that found no slot.
    pub(crate) counted: usize,
}

impl<T> Deref for Retired<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: only `reclaim` frees it, and that consumes `self`.
        unsafe { &self.node.as_ref().value }
    }
}

impl<T> Retired<T> {
    fn new(node: NonNull<Node<T>>) -> Self {
        Retired { node, since: Instant::now(), is_fenced: false }
    }

    /// Returns the value if no guard of it is left.
    ///
    /// # Errors
    ///
    /// Returns the retired value itself if it may still have guards.
    pub(crate) fn reclaim(mut self) -> Result<T, Self> {
        if self.is_used() {
            return Err(self);
        }
        // SAFETY: `Node::new` allocated it, no guard is left, and none can be
        // taken of a replaced value.
        Ok(unsafe { Box::from_raw(self.node.as_ptr()) }.value)
    }

    fn is_used(&mut self) -> bool {
        self.is_used_after(self.since.elapsed(), fence::heavy)
    }

    pub(super) fn is_used_after(&mut self, time: Duration, fence: impl FnOnce() -> bool) -> bool {
        // Before the fence, a reader's announcement may not be visible yet.
        self.is_fenced = self.is_fenced || fence() || time >= fence::VISIBLE_AFTER;
        // The slots first: a reader counts its guard before it clears the slot.
        !self.is_fenced || self.records().next().is_some() || self.counted() > 0
    }

    /// Returns the present holders of guards.
    pub(crate) fn users(&self) -> Users {
        let threads = self.records().map(|(record, guards)| (record.thread(), guards)).collect();
        Users { threads, counted: self.counted() }
    }

    fn records(&self) -> impl Iterator<Item = (&'static ThreadSlots, usize)> {
        let value = self.node.as_ptr().cast_const().cast();
        hazard_slots::all()
            .map(move |record| (record, record.count(value)))
            .filter(|(_, guards)| *guards > 0)
    }

    fn counted(&self) -> usize {
        // SAFETY: only `reclaim` frees it, and that consumes `self`.
        unsafe { self.node.as_ref() }.counted.load(Ordering::Acquire)
    }
}
