//! The swap of `Live` and `HotLibrary` under the model checker `loom`.
//!
//! `loom` runs each program below under all interleavings of its threads, up to
//! a number of preemptions, and lets each load return every value that the
//! memory model of C++ allows. The code is that of `src/host/swap`, compiled
//! with loom's atomics. `loom` knows no asymmetric fence: here a sequentially
//! consistent fence on both sides stands for it.

#[allow(dead_code, unreachable_pub, reason = "the model needs a part of it")]
#[path = "../src/host/swap/hazard_slots.rs"]
mod hazard_slots;
#[allow(dead_code, unreachable_pub, reason = "the model needs a part of it")]
#[path = "../src/host/swap/pointer.rs"]
mod pointer;

/// `src/host/swap/sync.rs` with loom's types.
mod sync {
    use std::cell::Cell;

    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
    use loom::thread::LocalKey;

    /// Fewer, so that two guards are more than there are slots.
    pub(crate) const SLOTS: usize = 1;

    macro_rules! shared_static {
        ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
            loom::lazy_static! { $(#[$meta])* static ref $name: $type = $init; }
        };
    }

    macro_rules! thread_static {
        ($($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;)+) => {
            loom::thread_local! { $($(#[$meta])* static $name: $type = $init;)+ }
        };
    }

    pub(crate) use {shared_static, thread_static};

    pub(crate) fn get<T: Copy>(cell: &'static LocalKey<Cell<Option<T>>>) -> Option<T> {
        cell.try_with(Cell::get).ok().flatten()
    }

    /// Does nothing while the thread ends: loom has destroyed the cell by then.
    pub(crate) fn set<T: Copy>(cell: &'static LocalKey<Cell<Option<T>>>, value: Option<T>) {
        let _ = cell.try_with(|cell| cell.set(value));
    }
}

/// `src/host/swap/fence.rs` with a full fence on both sides.
mod fence {
    use std::time::Duration;

    use loom::sync::atomic::{Ordering, fence};

    /// Never reached: no fence is refused here.
    pub(crate) const VISIBLE_AFTER: Duration = Duration::MAX;

    pub(crate) fn prepare() {}

    pub(crate) fn is_asymmetric() -> bool {
        true
    }

    pub(crate) fn order() {
        light();
    }

    pub(crate) fn light() {
        fence(Ordering::SeqCst);
    }

    pub(crate) fn heavy() -> bool {
        fence(Ordering::SeqCst);
        true
    }
}

/// The steps of unit tests, of which there are none here.
mod tests {
    pub(crate) fn step() {}
}

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::cell::UnsafeCell;
use loom::thread;

use self::pointer::{Guard, Retired, Swap};

/// A value that notices when it is read without synchronization, or after it was
/// freed.
struct Value {
    number: usize,
    /// Loom refuses a write that does not happen after all reads.
    memory: UnsafeCell<()>,
    freed: Arc<[AtomicUsize; 3]>,
}

/// The swap of a model, and how often each of its values was freed. Loom runs all
/// threads of a model on one, so they may share it by `Rc`.
struct Model {
    swap: Swap<Value>,
    freed: Arc<[AtomicUsize; 3]>,
}

impl Value {
    fn read(&self) -> usize {
        self.memory.with(|_| ());
        assert_eq!(self.freed[self.number].load(Ordering::Relaxed), 0, "it was freed");
        self.number
    }

    fn free(self) {
        self.memory.with_mut(|_| ());
        self.freed[self.number].fetch_add(1, Ordering::Relaxed);
    }
}

impl Model {
    fn new() -> Rc<Self> {
        let freed: Arc<[AtomicUsize; 3]> = Arc::default();
        Rc::new(Model { swap: Swap::new(value(0, &freed)), freed })
    }

    fn publish(&self, number: usize) -> Retired<Value> {
        self.swap.publish(value(number, &self.freed))
    }

    fn freed(&self) -> [usize; 3] {
        [0, 1, 2].map(|number| self.freed[number].load(Ordering::Relaxed))
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        let last = self.swap.take().expect("it was not taken");
        assert!(try_free(last).is_none(), "no guard is left");
    }
}

fn value(number: usize, freed: &Arc<[AtomicUsize; 3]>) -> Value {
    Value { number, memory: UnsafeCell::new(()), freed: Arc::clone(freed) }
}

/// Frees the value if it has no guards, or returns it.
fn try_free(retired: Retired<Value>) -> Option<Retired<Value>> {
    retired.reclaim().map(Value::free).err()
}

fn check(program: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(program);
}

#[test]
fn a_reader_sees_no_freed_value_and_the_last_guard_frees_it_once() {
    check(|| {
        let model = Model::new();
        let reader = Rc::clone(&model);
        let reader = thread::spawn(move || {
            let guard = reader.swap.get();
            let first = guard.read();
            assert_eq!(guard.read(), first);
        });
        let left = try_free(model.publish(1));
        reader.join().unwrap();
        if let Some(left) = left {
            assert_eq!(model.freed(), [0, 0, 0]);
            assert!(try_free(left).is_none(), "the guard is gone");
        }
        assert_eq!(model.freed(), [1, 0, 0]);
    });
}

#[test]
fn a_get_after_a_publish_returns_the_new_value() {
    check(|| {
        let model = Model::new();
        let writer = Rc::clone(&model);
        let writer = thread::spawn(move || writer.publish(1));
        let before = model.swap.get().read();
        let old = writer.join().unwrap();
        assert!(before <= 1);
        assert_eq!(model.swap.get().read(), 1);
        assert!(try_free(old).is_none());
        assert_eq!(model.freed(), [1, 0, 0]);
    });
}

#[test]
fn a_guard_keeps_its_value_while_others_are_published_and_freed() {
    check(|| {
        let model = Model::new();
        let guard = model.swap.get();
        let writer = Rc::clone(&model);
        let writer = thread::spawn(move || {
            let first = try_free(writer.publish(1));
            let second = try_free(writer.publish(2));
            (first, second)
        });
        assert_eq!(guard.read(), 0);
        let newer = model.swap.get().read();
        assert_eq!(guard.read(), 0);
        drop(guard);
        let (first, second) = writer.join().unwrap();
        assert!(newer <= 2);
        first.into_iter().chain(second).for_each(|left| assert!(try_free(left).is_none()));
        assert_eq!(model.freed(), [1, 1, 0]);
    });
}

#[test]
fn guards_beyond_the_slots_protect_their_values_too() {
    check(|| {
        let model = Model::new();
        let reader = Rc::clone(&model);
        let reader = thread::spawn(move || {
            let in_a_slot = reader.swap.get();
            let counted = reader.swap.get();
            drop(in_a_slot);
            counted.read();
        });
        let left = try_free(model.publish(1));
        reader.join().unwrap();
        left.into_iter().for_each(|left| assert!(try_free(left).is_none()));
        assert_eq!(model.freed(), [1, 0, 0]);
    });
}

#[test]
fn a_guard_that_outlives_its_thread_is_dropped_on_another() {
    check(|| {
        let model = Model::new();
        let reader = Rc::clone(&model);
        let guard: Guard<Value> = thread::spawn(move || reader.swap.get()).join().unwrap();
        let writer = Rc::clone(&model);
        let writer = thread::spawn(move || {
            // This thread may own the record of the one that ended.
            let other = writer.swap.get();
            let left = try_free(writer.publish(1));
            other.read();
            left
        });
        assert_eq!(guard.read(), 0);
        drop(guard);
        let left = writer.join().unwrap();
        left.into_iter().for_each(|left| assert!(try_free(left).is_none()));
        assert_eq!(model.freed(), [1, 0, 0]);
    });
}
