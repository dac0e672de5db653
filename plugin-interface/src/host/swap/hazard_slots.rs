//! Who is reading what: for each thread a few slots that all threads can see.
//!
//! A thread takes a record when it first reads and gives it back when it ends.
//! Records are never freed, so that a slot may be looked at and cleared at any
//! time, by any thread: there are as many as threads ever read at once.
#![expect(unsafe_code, reason = "a list of records without a lock")]

use std::cell::Cell;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::thread::{self, Thread};

use crate::host::swap::fence;

/// What is being read, or null.
pub(crate) type Slot = AtomicPtr<()>;

/// The slots of one thread.
#[repr(align(128))] // Shares no cache line, nor the pair of lines that is fetched at once.
pub(crate) struct ThreadSlots {
    /// Each is filled by the thread that has the record, and cleared by
    /// whoever has ended reading.
    slots: [Slot; 6],
    /// Filled and cleared within one function of the thread.
    pub(crate) transient: Slot,
    is_taken: AtomicBool,
    /// Who took it last.
    thread: Mutex<Option<Thread>>,
    next: Option<&'static ThreadSlots>,
}

/// All records, the newest first.
static RECORDS: AtomicPtr<ThreadSlots> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    /// Without a destructor, so that reading it is one instruction.
    static OWN: Cell<Option<&'static ThreadSlots>> = const { Cell::new(None) };
    /// Its first slot, if whoever announces in it needs no fence.
    static FIRST_SLOT: Cell<Option<&'static Slot>> = const { Cell::new(None) };
    static RELEASE_AT_EXIT: ReleaseAtExit = const { ReleaseAtExit };
}

/// Gives the thread's record back when the thread ends.
struct ReleaseAtExit;

impl Drop for ReleaseAtExit {
    fn drop(&mut self) {
        FIRST_SLOT.set(None);
        if let Some(reader) = OWN.take() {
            reader.release();
        }
    }
}

impl ThreadSlots {
    /// The record of this thread; `None` while the thread is ending.
    pub(crate) fn of_this_thread() -> Option<&'static ThreadSlots> {
        OWN.get().or_else(ThreadSlots::register)
    }

    /// A slot of this thread in which to announce without a fence, if it has a
    /// record and is not reading.
    #[inline(always)]
    pub(crate) fn first_slot() -> Option<&'static Slot> {
        let slot = FIRST_SLOT.get()?;
        // What was read before is done with.
        slot.load(Ordering::Acquire).is_null().then_some(slot)
    }

    #[cold]
    fn register() -> Option<&'static ThreadSlots> {
        RELEASE_AT_EXIT.try_with(|_| ()).ok()?;
        let reader = ThreadSlots::acquire();
        // If somebody is just reading the name, the last one's stays.
        if let Ok(mut thread) = reader.thread.try_lock() {
            *thread = Some(thread::current());
        }
        OWN.set(Some(reader));
        FIRST_SLOT.set(fence::is_asymmetric().then_some(&reader.slots[0]));
        Some(reader)
    }

    /// A record that nobody else has.
    pub(crate) fn acquire() -> &'static ThreadSlots {
        let free = all().find(|reader| !reader.is_taken.swap(true, Ordering::Acquire));
        free.unwrap_or_else(ThreadSlots::add)
    }

    /// Ends what `take` began. Slots that are still filled stay so.
    pub(crate) fn release(&self) {
        self.is_taken.store(false, Ordering::Release);
    }

    #[cold]
    fn add() -> &'static ThreadSlots {
        let added = Box::leak(Box::new(ThreadSlots {
            slots: Default::default(),
            transient: Slot::default(),
            is_taken: AtomicBool::new(true),
            thread: Mutex::new(None),
            next: None,
        }));
        loop {
            let head = RECORDS.load(Ordering::Acquire);
            // SAFETY: what is in the list is never freed.
            added.next = unsafe { head.as_ref() };
            let new = ptr::from_mut(added);
            let swapped = RECORDS.compare_exchange(head, new, Ordering::AcqRel, Ordering::Acquire);
            if swapped.is_ok() {
                // SAFETY: never freed; and shared from now on, by all.
                return unsafe { &*new };
            }
        }
    }

    /// A slot that is not filled. Only the thread that has the record asks.
    pub(crate) fn free_slot(&self) -> Option<&Slot> {
        // What was read before is done with.
        self.slots.iter().find(|slot| slot.load(Ordering::Acquire).is_null())
    }

    /// How many of the slots are filled with `what`.
    pub(crate) fn reads(&self, what: *const ()) -> usize {
        let all = self.slots.iter().chain([&self.transient]);
        all.filter(|slot| slot.load(Ordering::Acquire).cast_const() == what).count()
    }

    /// The thread that took the record last.
    pub(crate) fn thread(&self) -> Option<Thread> {
        self.thread.lock().ok()?.clone()
    }
}

/// Every record there is.
pub(crate) fn all() -> impl Iterator<Item = &'static ThreadSlots> {
    // SAFETY: what is in the list is never freed, and written no more.
    let newest: Option<&'static ThreadSlots> = unsafe { RECORDS.load(Ordering::Acquire).as_ref() };
    std::iter::successors(newest, |reader| reader.next)
}
