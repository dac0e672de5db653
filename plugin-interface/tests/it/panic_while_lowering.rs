//! Values that panic on their way: what crossed before and what was to come behind
//! ends all the same.
#![expect(unsafe_code, reason = "lowers and lifts by hand")]

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use plugin_interface::FfiSafe;
use plugin_interface::boundary::Origin;

thread_local! {
    /// How many of [`Living`] live on this thread.
    static LIVING: Cell<u32> = const { Cell::new(0) };
}

struct Living;

impl Living {
    fn new() -> Self {
        LIVING.set(LIVING.get() + 1);
        Living
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        LIVING.set(LIVING.get() - 1);
    }
}

/// What it takes to give one away is a closure, an object.
type Closure = Box<dyn Fn() -> u32>;

fn closure() -> Closure {
    let living = Living::new();
    Box::new(move || {
        let _living = &living;
        7
    })
}

/// An error that cannot say what it is.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("unspeakable")
    }
}

impl Error for Unspeakable {}

type Failing = Box<dyn Error + Send + Sync>;

/// A key that cannot be compared with 13.
#[derive(FfiSafe, PartialEq, Eq)]
struct Key(u32);

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        assert!(self.0 != 13 && other.0 != 13, "thirteen");
        self.0.cmp(&other.0)
    }
}

/// Refuses 13, and panics over 14 on the way out and 15 on the way in.
mod lucky {
    use plugin_interface::boundary::LiftError;

    pub(super) type Crossing = u32;

    pub(super) fn lower(number: u32) -> Crossing {
        assert!(number != 14, "fourteen");
        number
    }

    pub(super) fn lift(number: Crossing) -> Result<u32, LiftError> {
        assert!(number != 15, "fifteen");
        if number == 13 { Err(LiftError::Refused("thirteen")) } else { Ok(number) }
    }
}

#[derive(FfiSafe)]
struct Parts {
    _before: Closure,
    #[ffi(with = lucky)]
    number: u32,
    _after: Vec<Closure>,
}

#[derive(FfiSafe)]
struct Ranged {
    _before: Closure,
    range: RangeInclusive<u32>,
    _after: Closure,
}

#[derive(FfiSafe)]
struct Flagged {
    flag: bool,
    _call: Closure,
}

#[derive(FfiSafe)]
enum Whole {
    Part(Parts, Closure),
}

/// Lowers what panics then.
fn fail_to_lower<T: FfiSafe>(value: T, living: u32) {
    assert_eq!(LIVING.get(), living);
    let lowered = catch_unwind(AssertUnwindSafe(|| {
        value.lower();
    }));
    assert!(lowered.is_err());
    assert_eq!(LIVING.get(), 0);
}

/// Lowers a value, and lifts another type of the same wire, which panics.
fn fail_to_lift<From: FfiSafe, To: FfiSafe<Wire = From::Wire>>(value: From, living: u32) {
    assert_eq!(LIVING.get(), living);
    let wire = value.lower();
    // SAFETY: a set crosses as the vector of its elements does.
    let lift = || drop(unsafe { To::lift(wire, Origin::Rust) });
    assert!(catch_unwind(AssertUnwindSafe(lift)).is_err());
    assert_eq!(LIVING.get(), 0);
}

#[test]
fn elements_that_were_lowered_before_a_panic_end() {
    let each =
        || [Ok(closure()), Ok(closure()), Err(Box::new(Unspeakable) as Failing), Ok(closure())];
    fail_to_lower(Vec::from(each()), 3);
    fail_to_lower(each(), 3);
    fail_to_lower((closure(), each(), closure()), 5);
}

#[test]
fn elements_that_are_not_lifted_after_a_panic_end() {
    type Each<Keys> = (Closure, Keys, Closure);
    type Map<Keys> = Vec<(u32, Each<Keys>)>;
    let keys = [vec![1, 2], vec![13, 4], vec![5, 13], vec![6, 7]];
    let each = || keys.clone().map(|keys| keys.into_iter().map(Key).collect());
    let each = || each().map(|keys: Vec<Key>| (closure(), keys, closure()));
    fail_to_lift::<Vec<Each<Vec<Key>>>, Vec<Each<BTreeSet<Key>>>>(each().into(), 8);
    fail_to_lift::<[Each<Vec<Key>>; 4], [Each<BTreeSet<Key>>; 4]>(each(), 8);
    let map = (0..).zip(each()).collect();
    fail_to_lift::<Map<Vec<Key>>, BTreeMap<u32, Each<BTreeSet<Key>>>>(map, 8);
}

#[test]
fn fields_before_and_behind_what_is_refused_end() {
    let parts = |number| Parts { _before: closure(), number, _after: vec![closure(), closure()] };
    let whole = |number| Whole::Part(parts(number), closure());
    // SAFETY: lowered just there.
    let pass = |number| unsafe { Whole::lift(whole(number).lower(), Origin::Rust) };
    let Whole::Part(passed, _closure) = pass(12).unwrap();
    assert_eq!((passed.number, LIVING.get()), (12, 4));
    drop((passed, _closure));
    assert!(pass(13).is_err());
    assert_eq!(LIVING.get(), 0);
}

#[test]
fn fields_that_were_lowered_before_a_panic_end() {
    let mut range = 3..=3;
    assert_eq!(range.next(), Some(3));
    fail_to_lower(Ranged { _before: closure(), range, _after: closure() }, 2);
}

#[test]
fn a_field_behind_a_flag_that_is_none_ends() {
    let flagged = Flagged { flag: true, _call: closure() };
    assert!(flagged.flag);
    let mut wire = flagged.lower();
    // SAFETY: the first byte is the flag's; no value of a flag is 2, which is refused.
    let lifted = unsafe {
        (&raw mut wire).cast::<u8>().write(2);
        Flagged::lift(wire, Origin::Rust)
    };
    assert!(lifted.is_err());
    assert_eq!(LIVING.get(), 0);
}

#[test]
fn fields_beside_what_a_module_panics_over_end() {
    let parts = |number| Parts { _before: closure(), number, _after: vec![closure(), closure()] };
    fail_to_lower(parts(14), 3);
    fail_to_lower((closure(), parts(14), closure()), 5);
    fail_to_lift::<Parts, Parts>(parts(15), 3);
    fail_to_lift::<[Parts; 2], [Parts; 2]>([parts(15), parts(15)], 6);
}

#[test]
#[should_panic(expected = "a `RangeInclusive` that was iterated to its end cannot be passed")]
fn a_range_that_is_used_up_is_not_made_another_one() {
    let mut range = 5_u8..=5;
    assert_eq!(range.next(), Some(5));
    range.lower();
}
