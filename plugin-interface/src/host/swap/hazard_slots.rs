//! The hazard slots of all threads.
//!
//! Each reading thread owns one record of slots, which all threads can see. A
//! thread acquires a record when it first reads and releases it when it ends.
//! Records are never freed, so any thread may read and clear a slot at any
//! time. There are as many records as threads that ever read at once.
#![expect(unsafe_code, reason = "a list of records without a lock")]

use std::cell::Cell;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread::{self, Thread};

use super::fence;
use super::sync::{self, AtomicBool, AtomicPtr, SLOTS};

/// A hazard pointer: the value that a guard protects, or null.
pub(crate) type Slot = AtomicPtr<()>;

/// The record of one thread.
#[repr(align(128))] // Shares no cache line, nor the pair of lines that is fetched at once.
pub(crate) struct ThreadSlots {
    /// Only the thread that owns the record fills a slot. Any thread may clear
    /// it, together with the guard.
    slots: [Slot; SLOTS],
    /// Filled and cleared within one function of the owning thread.
    pub(crate) transient: Slot,
    is_taken: AtomicBool,
    /// The thread that acquired the record last.
    thread: Mutex<Option<Thread>>,
    next: Option<&'static ThreadSlots>,
}

sync::shared_static! {
    /// All records, the newest first.
    static RECORDS: AtomicPtr<ThreadSlots> = AtomicPtr::new(ptr::null_mut());
}

sync::thread_static! {
    /// The record of this thread. It has no destructor, so that reading it is
    /// one instruction.
    static OWN: Cell<Option<&'static ThreadSlots>> = Cell::new(None);
    /// The first slot of this thread, if announcing there needs no fence.
    static FIRST_SLOT: Cell<Option<&'static Slot>> = Cell::new(None);
    static RELEASE_AT_EXIT: ReleaseAtExit = ReleaseAtExit(Cell::new(None));
}

/// Releases the record of a thread when the thread ends.
struct ReleaseAtExit(Cell<Option<&'static ThreadSlots>>);

impl Drop for ReleaseAtExit {
    fn drop(&mut self) {
        if let Some(own) = self.0.take() {
            sync::set(&FIRST_SLOT, None);
            sync::set(&OWN, None);
            own.release();
        }
    }
}

impl ThreadSlots {
    /// Returns the record of this thread, or `None` while the thread is ending.
    pub(crate) fn of_this_thread() -> Option<&'static ThreadSlots> {
        sync::get(&OWN).or_else(ThreadSlots::register)
    }

    /// Returns a slot of this thread in which to announce without a fence, if
    /// the thread has a record and no guard in that slot.
    #[inline(always)]
    pub(crate) fn first_slot() -> Option<&'static Slot> {
        let slot = sync::get(&FIRST_SLOT)?;
        // Synchronizes with the drop of the guard that was in the slot.
        slot.load(Ordering::Acquire).is_null().then_some(slot)
    }

    #[cold]
    fn register() -> Option<&'static ThreadSlots> {
        let register = |release: &ReleaseAtExit| {
            let own = ThreadSlots::acquire();
            release.0.set(Some(own));
            own
        };
        let own = RELEASE_AT_EXIT.try_with(register).ok()?;
        // If another thread is just reading the name, the last one's stays.
        if let Ok(mut thread) = own.thread.try_lock() {
            *thread = Some(thread::current());
        }
        sync::set(&OWN, Some(own));
        sync::set(&FIRST_SLOT, fence::is_asymmetric().then_some(&own.slots[0]));
        Some(own)
    }

    /// Returns a record that no other thread owns, and takes it.
    pub(crate) fn acquire() -> &'static ThreadSlots {
        let free = all().find(|record| !record.is_taken.swap(true, Ordering::Acquire));
        free.unwrap_or_else(ThreadSlots::add)
    }

    /// Ends the ownership that `acquire` began. Filled slots stay filled, for
    /// guards that moved to other threads.
    pub(crate) fn release(&self) {
        self.is_taken.store(false, Ordering::Release);
    }

    #[cold]
    fn add() -> &'static ThreadSlots {
        let added = Box::leak(Box::new(ThreadSlots {
            slots: std::array::from_fn(|_| Slot::default()),
            transient: Slot::default(),
            is_taken: AtomicBool::new(true),
            thread: Mutex::new(None),
            next: None,
        }));
        loop {
            let head = RECORDS.load(Ordering::Acquire);
            // SAFETY: a record in the list is never freed.
            added.next = unsafe { head.as_ref() };
            let new = ptr::from_mut(added);
            let swapped = RECORDS.compare_exchange(head, new, Ordering::AcqRel, Ordering::Acquire);
            if swapped.is_ok() {
                // SAFETY: the record is never freed, and only shared from now
                // on.
                return unsafe { &*new };
            }
        }
    }

    /// Returns a free slot. Only the thread that owns the record may call this.
    pub(crate) fn free_slot(&self) -> Option<&Slot> {
        // Synchronizes with the drop of the guard that was in the slot.
        self.slots.iter().find(|slot| slot.load(Ordering::Acquire).is_null())
    }

    /// Returns the number of slots that protect `value`.
    pub(crate) fn count(&self, value: *const ()) -> usize {
        let all = self.slots.iter().chain([&self.transient]);
        all.filter(|slot| slot.load(Ordering::Acquire).cast_const() == value).count()
    }

    /// Returns the thread that acquired the record last.
    pub(crate) fn thread(&self) -> Option<Thread> {
        self.thread.lock().ok()?.clone()
    }
}

/// Returns all records.
pub(crate) fn all() -> impl Iterator<Item = &'static ThreadSlots> {
    // SAFETY: a record in the list is never freed, and its links never change.
    let newest: Option<&'static ThreadSlots> = unsafe { RECORDS.load(Ordering::Acquire).as_ref() };
    std::iter::successors(newest, |record| record.next)
}
