//! The swap under load, and at the steps of a reader.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use super::fence;
use super::pointer::{Retired, Swap};

/// Reclaims the values without guards, and returns the others.
fn reclaim<T>(retired: Vec<Retired<T>>, mut reclaimed: impl FnMut(T)) -> Vec<Retired<T>> {
    retired.into_iter().filter_map(|one| one.reclaim().map(&mut reclaimed).err()).collect()
}

type Step = Box<dyn FnOnce()>;

thread_local!(static STEPS: RefCell<VecDeque<Step>> = const { RefCell::new(VecDeque::new()) });

/// Called between the steps of a reader: runs the next step of the test.
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
        // It has announced that one: a writer that replaces it now must keep it.
        Box::new(move || replaced.set(swap.publish(2).reclaim().err())),
    ];
    STEPS.with(|all| all.borrow_mut().extend(steps));
    assert_eq!(*swap.get(), 2);
    assert!(STEPS.with(|steps| steps.borrow().is_empty()));
    let replaced = announced.take().expect("it was announced when it was replaced");
    assert!(is_reclaimed(replaced), "the reader has left it");
}

/// Returns `true` if the value is reclaimed soon. A reader of another value
/// that was at this address before may still announce it for a moment.
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
fn a_fence_that_is_refused_delays_a_reclamation_and_prevents_none() {
    let refused = || false;
    let swap = Swap::new(1);
    let guard = swap.get();
    let mut old = swap.publish(2);
    assert!(old.is_used_after(fence::VISIBLE_AFTER, refused), "it has a guard");
    drop(guard);
    assert!(!old.is_used_after(Duration::ZERO, refused), "once is enough");
    let mut next = swap.publish(3);
    assert!(next.is_used_after(Duration::ZERO, refused), "nothing is proved yet");
    assert!(!next.is_used_after(fence::VISIBLE_AFTER, refused));
    assert!(old.reclaim().is_ok() && next.reclaim().is_ok());
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
    let others: Vec<_> =
        (0..3).map(|_| thread::scope(|scope| scope.spawn(|| swap.get()).join().unwrap())).collect();
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
    // Where thread-locals of a library have no order, the slots may still be there.
    let expected = if cfg!(windows) { (1, 0) } else { (0, 1) };
    assert_eq!((retired.users().threads.len(), retired.users().counted), expected);
    drop(guard);
    assert!(is_reclaimed(retired));
}
