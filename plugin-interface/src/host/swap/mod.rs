//! A value that any number of threads use while another one replaces it.
//!
//! Publishing is one store of a pointer. A reader announces the pointer that
//! it found in a slot of its thread and looks whether it is still the current
//! one; if so, whoever replaces it will find the announcement, and keep the
//! old value until it is gone. No reader takes a lock or waits for anything:
//! its loop goes round once more only if a new value came in between.
//!
//! A thread that holds more guards than it has slots counts the rest in the
//! value itself, which costs more and says less about who is reading.
#![expect(unsafe_code, reason = "guards lead to a value that is freed when they are gone")]

mod fence;
mod hazard_slots;
pub(crate) mod reclaimer;
#[cfg(feature = "hot-library")]
pub(crate) mod reload_lock;

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::thread::Thread;

use crate::host::swap::hazard_slots::{Slot, ThreadSlots};

/// A value, and the guards of it that found no slot.
struct Node<T> {
    counted: AtomicUsize,
    value: T,
}

/// Where the current value is found.
///
/// Dropped without [`take`](Self::take), it leaks its value.
pub(in crate::host) struct Swap<T> {
    current: AtomicPtr<Node<T>>,
    owned: PhantomData<Box<Node<T>>>,
}

// SAFETY: threads that share a swap share its values, and any of them may be
// the one that takes a value out.
unsafe impl<T: Send + Sync> Send for Swap<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Swap<T> {}

impl<T> Swap<T> {
    pub(in crate::host) fn new(value: T) -> Self {
        fence::prepare();
        Swap { current: AtomicPtr::new(Node::new(value)), owned: PhantomData }
    }

    /// The current value, which stays as long as the guard.
    // All of it belongs to the caller's loop, and is little.
    #[inline(always)]
    pub(in crate::host) fn get(&self) -> Guard<T> {
        match ThreadSlots::first_slot() {
            Some(slot) => Guard { node: self.announce(slot, fence::order), slot: Some(slot) },
            None => self.get_beside_others(),
        }
    }

    /// Where this thread has read nothing yet, is reading something, or needs a
    /// fence.
    #[inline(never)]
    fn get_beside_others(&self) -> Guard<T> {
        if let Some(reader) = ThreadSlots::of_this_thread()
            && let Some(slot) = reader.free_slot()
        {
            return Guard { node: self.announce(slot, fence::light), slot: Some(slot) };
        }
        self.get_counted()
    }

    /// The current value, announced in a slot that nobody else fills.
    #[inline(always)]
    fn announce(&self, slot: &Slot, fence: impl Fn()) -> NonNull<Node<T>> {
        let mut found = self.current.load(Ordering::Acquire);
        loop {
            #[cfg(test)]
            tests::step();
            slot.store(found.cast(), Ordering::Release);
            fence();
            #[cfg(test)]
            tests::step();
            let current = self.current.load(Ordering::Acquire);
            if current == found {
                // SAFETY: only `take` leaves null, and it wants `self` alone.
                return unsafe { NonNull::new_unchecked(found) };
            }
            found = current;
        }
    }

    #[cold]
    fn get_counted(&self) -> Guard<T> {
        let own = ThreadSlots::of_this_thread();
        // A thread that is ending has no record, and borrows one.
        let reader = own.unwrap_or_else(ThreadSlots::acquire);
        let node = self.announce(&reader.transient, fence::light);
        // SAFETY: announced, and so alive; then counted, and so alive as long
        // as the guard.
        unsafe { node.as_ref() }.counted.fetch_add(1, Ordering::Relaxed);
        reader.transient.store(ptr::null_mut(), Ordering::Release);
        if own.is_none() {
            reader.release();
        }
        Guard { node, slot: None }
    }

    /// Puts `value` in the place of the current one: a `get` that begins after
    /// this never gives the old one.
    pub(in crate::host) fn publish(&self, value: T) -> Retired<T> {
        let old = self.current.swap(Node::new(value), Ordering::AcqRel);
        // SAFETY: only `take` leaves null, and it wants `self` alone.
        Retired::new(unsafe { NonNull::new_unchecked(old) })
    }

    /// Takes the last value out; not to be used afterwards but to be dropped.
    pub(in crate::host) fn take(&mut self) -> Option<Retired<T>> {
        NonNull::new(std::mem::replace(self.current.get_mut(), ptr::null_mut())).map(Retired::new)
    }
}

impl<T> Node<T> {
    fn new(value: T) -> *mut Self {
        Box::into_raw(Box::new(Node { counted: AtomicUsize::new(0), value }))
    }
}

/// Keeps a value as it was when the guard was taken.
pub(in crate::host) struct Guard<T> {
    node: NonNull<Node<T>>,
    /// Where it is announced; else it is counted.
    slot: Option<&'static Slot>,
}

// SAFETY: a guard gives `&T`, and its drop writes atomics that all may write.
unsafe impl<T: Sync> Send for Guard<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Guard<T> {}

impl<T> Deref for Guard<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: announced or counted, it is not freed before the drop below.
        unsafe { &self.node.as_ref().value }
    }
}

impl<T> Drop for Guard<T> {
    #[inline(always)]
    fn drop(&mut self) {
        match self.slot {
            Some(slot) => slot.store(ptr::null_mut(), Ordering::Release),
            // SAFETY: not freed before this; what follows may free it.
            None => drop(unsafe { self.node.as_ref() }.counted.fetch_sub(1, Ordering::Release)),
        }
    }
}

/// A value that was replaced and may have guards, but gets no new ones.
///
/// Dropped without [`reclaim`](Self::reclaim), it leaks the value.
pub(in crate::host) struct Retired<T> {
    node: NonNull<Node<T>>,
    is_fenced: bool,
}

// SAFETY: it is the one owner of the value, beside guards that share it.
unsafe impl<T: Send + Sync> Send for Retired<T> {}

/// Who holds guards of a value.
#[derive(Debug, Default)]
pub(in crate::host) struct Users {
    /// By the threads that took them, as far as these are known.
    pub(in crate::host) threads: Vec<(Option<Thread>, usize)>,
    /// Those that found no slot.
    pub(in crate::host) counted: usize,
}

impl<T> Retired<T> {
    fn new(node: NonNull<Node<T>>) -> Self {
        Retired { node, is_fenced: false }
    }

    /// The value, if no guard of it is left.
    pub(in crate::host) fn reclaim(mut self) -> Result<T, Self> {
        if self.is_used() {
            return Err(self);
        }
        // SAFETY: allocated by `Node::new`; no reader has it, none can find it.
        Ok(unsafe { Box::from_raw(self.node.as_ptr()) }.value)
    }

    fn is_used(&mut self) -> bool {
        // Until then, one may be about to announce it.
        self.is_fenced = self.is_fenced || fence::heavy();
        // The slots first: a reader counts before it leaves its slot.
        !self.is_fenced || self.readers().next().is_some() || self.counted() > 0
    }

    /// Who holds guards at this moment.
    pub(in crate::host) fn users(&self) -> Users {
        let threads = self.readers().map(|(reader, guards)| (reader.thread(), guards)).collect();
        Users { threads, counted: self.counted() }
    }

    fn readers(&self) -> impl Iterator<Item = (&'static ThreadSlots, usize)> {
        let what = self.node.as_ptr().cast_const().cast();
        hazard_slots::all()
            .map(move |reader| (reader, reader.reads(what)))
            .filter(|(_, guards)| *guards > 0)
    }

    fn counted(&self) -> usize {
        // SAFETY: freed by `reclaim` only, which takes `self`.
        unsafe { self.node.as_ref() }.counted.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::{Duration, Instant};

    use crate::host::swap::*;

    /// Reclaims what has no guards, and gives back the rest.
    fn reclaim<T>(retired: Vec<Retired<T>>, mut reclaimed: impl FnMut(T)) -> Vec<Retired<T>> {
        retired.into_iter().filter_map(|one| one.reclaim().map(&mut reclaimed).err()).collect()
    }

    type Step = Box<dyn FnOnce()>;

    thread_local!(static STEPS: RefCell<VecDeque<Step>> = const { RefCell::new(VecDeque::new()) });

    /// Between the steps of a reader: what a test wants to happen just there.
    pub(crate) fn step() {
        let next = STEPS.try_with(|steps| steps.borrow_mut().pop_front());
        if let Ok(Some(step)) = next {
            step();
        }
    }

    #[test]
    fn what_is_replaced_between_two_steps_of_a_reader_is_not_given_to_it() {
        let swap: &'static _ = Box::leak(Box::new(Swap::new(0)));
        let announced: Rc<Cell<Option<Retired<u32>>>> = Rc::default();
        let replaced = Rc::clone(&announced);
        let steps: [Step; 4] = [
            // The reader has found the value: nobody can know.
            Box::new(|| assert!(is_reclaimed(swap.publish(1)))),
            // It has announced what it found, and looks once more.
            Box::new(|| {}),
            // It has found the new value.
            Box::new(|| {}),
            // It has announced that one: whoever replaces it now must keep it.
            Box::new(move || replaced.set(swap.publish(2).reclaim().err())),
        ];
        STEPS.with(|all| all.borrow_mut().extend(steps));
        assert_eq!(*swap.get(), 2);
        assert!(STEPS.with(|steps| steps.borrow().is_empty()));
        let replaced = announced.take().expect("it was announced when it was replaced");
        assert!(is_reclaimed(replaced), "the reader has left it");
    }

    /// Soon: a reader of something else, which lay at this address before, may
    /// be about to see that it is gone.
    fn is_reclaimed<T>(mut retired: Retired<T>) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            match retired.reclaim() {
                Ok(_) => return true,
                Err(used) => retired = used,
            }
            thread::yield_now();
        }
        false
    }

    #[test]
    fn what_a_guard_leads_to_is_never_reclaimed_and_what_was_replaced_is_never_given() {
        const VALUES: usize = 20_000;
        let is_dead: Vec<_> = (0..=VALUES).map(|_| AtomicBool::new(false)).collect();
        let (swap, published) = (Swap::new(0), AtomicUsize::new(0));
        let mut retired = Vec::new();
        thread::scope(|scope| {
            for thread in 0..3 {
                let (swap, published, is_dead) = (&swap, &published, &is_dead);
                scope.spawn(move || {
                    // Some threads keep more than they have slots for.
                    let mut kept = Vec::new();
                    while published.load(Ordering::SeqCst) < VALUES {
                        let before = published.load(Ordering::SeqCst);
                        let guard = swap.get();
                        assert!(*guard >= before, "{} after {before}", *guard);
                        kept.push(guard);
                        for guard in &kept {
                            assert!(!is_dead[**guard].load(Ordering::SeqCst), "{}", **guard);
                        }
                        if kept.len() > thread * 5 {
                            kept.clear();
                        }
                    }
                });
            }
            for value in 1..=VALUES {
                retired.push(swap.publish(value));
                published.store(value, Ordering::SeqCst);
                retired = reclaim(std::mem::take(&mut retired), |dead| {
                    assert!(!is_dead[dead].swap(true, Ordering::SeqCst), "{dead} twice");
                });
            }
        });
        let mut last = swap;
        retired.extend(last.take());
        let left = reclaim(retired, |dead| is_dead[dead].store(true, Ordering::SeqCst));
        assert_eq!(left.len(), 0);
        assert!(is_dead.iter().all(|dead| dead.load(Ordering::SeqCst)), "each is reclaimed");
    }

    #[test]
    fn guards_nest_beyond_the_slots_and_each_keeps_its_value() {
        let swap = Swap::new(0);
        let mut guards: Vec<_> = (0..20).map(|_| swap.get()).collect();
        let mut retired = swap.publish(1);
        guards.extend((0..5).map(|_| swap.get()));
        assert!(guards.iter().enumerate().all(|(i, guard)| **guard == i / 20));
        let users = retired.users();
        // Some slots may be filled by guards of a thread that had the record.
        let [(Some(thread), in_slots @ 0..=6)] = &users.threads[..] else { panic!("{users:?}") };
        assert_eq!((thread.id(), in_slots + users.counted), (thread::current().id(), 20));
        let newer = guards.split_off(20);
        // From both ends, so that slots and counts go in turns.
        while !guards.is_empty() {
            retired = retired.reclaim().unwrap_err();
            guards.remove(0);
            guards.pop();
        }
        assert!(is_reclaimed(retired));
        assert!(newer.iter().all(|guard| **guard == 1));
    }

    #[test]
    fn a_guard_outlives_its_thread_and_its_place_and_ends_on_another() {
        let mut swap = Swap::new("first");
        let (sender, receiver) = channel();
        thread::scope(|scope| scope.spawn(|| sender.send(swap.get()).unwrap()).join().unwrap());
        let guard = receiver.recv().unwrap();
        // Other threads take the place of the one that ended.
        let others: Vec<_> = (0..3)
            .map(|_| thread::scope(|scope| scope.spawn(|| swap.get()).join().unwrap()))
            .collect();
        let first = swap.publish("second");
        let second = swap.take().unwrap();
        assert!(is_reclaimed(second));
        drop(others);
        let first = first.reclaim().unwrap_err();
        assert_eq!(*guard, "first");
        thread::scope(|scope| drop(scope.spawn(move || drop(guard))));
        assert!(is_reclaimed(first));
    }

    #[test]
    fn a_thread_that_is_ending_gets_values_too() {
        struct AtEnd(Cell<Option<Box<dyn FnOnce()>>>);
        impl Drop for AtEnd {
            fn drop(&mut self) {
                if let Some(last) = self.0.take() {
                    last();
                }
            }
        }
        thread_local!(static AT_END: AtEnd = const { AtEnd(Cell::new(None)) });
        static SWAP: std::sync::OnceLock<Swap<u32>> = std::sync::OnceLock::new();
        let swap = SWAP.get_or_init(|| Swap::new(7));
        let (sender, receiver) = channel();
        let ending = thread::spawn(move || {
            // Before the first guard, so that it ends after what that needs.
            AT_END.with(|end| end.0.set(Some(Box::new(move || sender.send(swap.get()).unwrap()))));
            assert_eq!(*swap.get(), 7);
        });
        ending.join().unwrap();
        let guard = receiver.recv().unwrap();
        assert_eq!(*guard, 7);
        let retired = swap.publish(8).reclaim().unwrap_err();
        assert_eq!((retired.users().threads.len(), retired.users().counted), (0, 1));
        drop(guard);
        assert!(is_reclaimed(retired));
    }
}
