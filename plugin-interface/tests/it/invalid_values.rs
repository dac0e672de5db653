//! Values that no Rust type can hold, as a plugin written by hand might hand
//! them over: each is refused by what was expected and found, and its memory
//! goes back to its owner.
#![expect(unsafe_code, reason = "makes values by hand")]

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::ffi::c_void;
use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::num::NonZero;
use std::ptr;
use std::time::{Duration, SystemTime};

use fixture_interface::derived::{Event, Point, Side, Spot, Wrapper};
use plugin_interface::FfiSafe;
use plugin_interface::abi::{RawArray, RawBox, RawBuffer, RawOption, RawSlice, RawTuple2};
use plugin_interface::boundary::{LiftError, Origin};

/// Takes a value over from a library that no macro made.
fn take<T: FfiSafe>(wire: T::Wire) -> Result<T::At<'static>, LiftError> {
    // SAFETY: each test obeys the layout, or breaks what is checked; what is
    // borrowed is static.
    unsafe { T::lift(wire, Origin::Foreign) }
}

#[track_caller]
fn refused<T: FfiSafe<At<'static>: Debug>>(wire: T::Wire, expected: &str) {
    let invalid = take::<T>(wire).expect_err("no such value");
    assert_eq!(invalid.to_string(), expected);
}

thread_local! {
    /// How often this thread freed.
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// Frees what `buffer` and `boxed` made.
unsafe extern "C" fn free(ptr: *mut c_void, size: usize, align: usize) {
    FREED.set(FREED.get() + 1);
    let layout = std::alloc::Layout::from_size_align(size, align).unwrap();
    // SAFETY: allocated with that layout, as `Vec` and `Box` do.
    unsafe { std::alloc::dealloc(ptr.cast(), layout) };
}

fn buffer<W: Copy, const N: usize>(wires: [W; N]) -> RawBuffer {
    let wires = Vec::leak(wires.to_vec());
    RawBuffer { ptr: wires.as_mut_ptr().cast(), len: N, capacity: N, free: Some(free) }
}

fn boxed<W>(wire: W) -> RawBox {
    RawBox { ptr: Box::into_raw(Box::new(wire)).cast(), free: Some(free) }
}

/// How often something is freed by `then`.
fn freed(then: impl FnOnce()) -> usize {
    let before = FREED.get();
    then();
    FREED.get() - before
}

#[test]
fn numbers_out_of_range() {
    refused::<NonZero<u32>>(0, "a NonZero must not be 0");
    refused::<Ordering>(2, "an Ordering must be -1, 0 or 1, found 2");
    refused::<Ordering>(-2, "an Ordering must be -1, 0 or 1, found -2");
    refused::<[bool; 2]>(RawArray([1, 3]), "a bool must be 0 or 1, found 3");
    refused::<(bool, char)>(
        RawTuple2(1, 0xd800),
        "a char must be a Unicode scalar value, found 0xd800",
    );
    assert_eq!(take::<Ordering>(-1), Ok(Ordering::Less));
    assert_eq!(take::<[char; 2]>(RawArray([0x41, 0x42])), Ok(['A', 'B']));
}

#[test]
fn times_out_of_range() {
    let second = "nanoseconds must be less than a second, found 1000000000";
    refused::<Duration>(RawTuple2(0, 1_000_000_000), second);
    refused::<Duration>(
        RawTuple2(u64::MAX, u32::MAX),
        "nanoseconds must be less than a second, found 4294967295",
    );
    refused::<SystemTime>(RawTuple2(-5, 1_000_000_000), second);
    assert_eq!(take::<Duration>(RawTuple2(u64::MAX, 999_999_999)), Ok(Duration::MAX));
    let before = SystemTime::UNIX_EPOCH - Duration::from_millis(500);
    assert_eq!(take::<SystemTime>(RawTuple2(-1, 500_000_000)), Ok(before));
}

#[test]
fn pointers_that_lead_nowhere() {
    let null = "a pointer must not be null";
    refused::<Box<u32>>(RawBox { ptr: ptr::null_mut(), free: Some(free) }, null);
    refused::<&u32>(ptr::null(), null);
    refused::<&mut u32>(ptr::null_mut(), null);
    let odd = ptr::without_provenance_mut::<c_void>(0x1001);
    let aligned = "a pointer must be aligned for its target, found 0x1001";
    refused::<Box<u32>>(RawBox { ptr: odd, free: Some(free) }, aligned);
    refused::<&u32>(odd, aligned);
    let lent = RawBuffer { ptr: ptr::null_mut(), len: 3, capacity: 0, free: None };
    refused::<Cow<'_, str>>(lent, null);
    refused::<Cow<'_, [u64]>>(RawBuffer { ptr: odd, ..lent }, aligned);
    let long = RawBuffer { len: 4, ..buffer([1u8, 2]) };
    refused::<Box<[u8]>>(long, "a length must not exceed its memory, found 4");
    assert_eq!(take::<Cow<'_, str>>(RawBuffer { len: 0, ..lent }), Ok(Cow::Borrowed("")));
}

#[test]
fn text_that_is_not_utf8_within_other_types() {
    let text = "text must be UTF-8, found a bad byte at 1";
    assert_eq!(freed(|| refused::<Box<str>>(buffer(*b"a\xff"), text)), 1);
    assert_eq!(freed(|| refused::<Cow<'_, str>>(buffer(*b"a\xff"), text)), 1);
    let RawSlice { ptr, len } = RawSlice::of(b"a\xff");
    let lent = RawBuffer { ptr: ptr.cast_mut(), len, capacity: 0, free: None };
    refused::<Cow<'_, str>>(lent, text);
    // The text within the box, then the box.
    assert_eq!(freed(|| refused::<Box<String>>(boxed(buffer(*b"a\xff")), text)), 2);
    #[cfg(unix)]
    assert_eq!(take::<std::path::PathBuf>(buffer(*b"a\xff")).unwrap().into_os_string().len(), 2);
}

#[test]
fn keys_that_are_there_twice() {
    let twice = "keys must be distinct, found 3 of which 2 are distinct";
    assert_eq!(freed(|| refused::<HashSet<u8>>(buffer([1u8, 2, 1]), twice)), 1);
    assert_eq!(freed(|| refused::<BTreeSet<u8>>(buffer([1u8, 2, 1]), twice)), 1);
    let entries = || buffer([RawTuple2(1u8, 5u8), RawTuple2(2, 6), RawTuple2(1, 7)]);
    assert_eq!(freed(|| refused::<HashMap<u8, u8>>(entries(), twice)), 1);
    assert_eq!(freed(|| refused::<BTreeMap<u8, u8>>(entries(), twice)), 1);
    let names = || buffer([buffer(*b"a"), buffer(*b"b"), buffer(*b"a")]);
    assert_eq!(freed(|| refused::<HashSet<String>>(names(), twice)), 4);
}

#[test]
fn an_error_without_a_message() {
    let none = "an error must have a message, found none";
    refused::<Box<dyn Error + Send + Sync>>(buffer::<RawBuffer, 0>([]), none);
}

/// A wire whose layout the documentation says, and no type that is public has.
fn laid_out<T: FfiSafe, W: Copy>(wire: W) -> T::Wire {
    assert_eq!(size_of::<W>(), size_of::<T::Wire>());
    assert_eq!(align_of::<W>(), align_of::<T::Wire>());
    // SAFETY: one size, and both are `repr(C)` of the same fields.
    unsafe { std::mem::transmute_copy(&wire) }
}

/// An enum, of which this variant is the largest.
#[repr(C)]
#[derive(Clone, Copy)]
struct Tagged<V>(u32, V);

#[repr(C)]
#[derive(Clone, Copy)]
struct RawPoint(f64, f32, u8);

/// `Event::Named { name, old }`.
fn named<const N: usize>(
    tag: u32,
    name: [u8; N],
    old: RawOption<RawBuffer>,
) -> <Event as FfiSafe>::Wire {
    laid_out::<Event, _>(Tagged(tag, RawTuple2(buffer(name), old)))
}

const NONE: RawOption<RawBuffer> = RawOption { some: 0, value: MaybeUninit::uninit() };

#[test]
fn tags_that_name_no_variant() {
    refused::<Side>(2, "the tag of `Side` must be less than 2, found 2");
    let some = RawOption { some: 1, value: MaybeUninit::new(u32::MAX) };
    let text = "the tag of `Side` must be less than 2, found 4294967295";
    refused::<Option<Side>>(some, text);
    let spot = Tagged(3, [0u64; 3]);
    refused::<Spot>(laid_out::<Spot, _>(spot), "the tag of `Spot` must be less than 3, found 3");
    refused::<&Spot>((&raw const spot).cast(), "the tag of `Spot` must be less than 3, found 3");
    let sides = RawSlice::of(&[1u32, 0, 7]);
    refused::<&[Side]>(sides, "the tag of `Side` must be less than 2, found 7");
    let text = "the tag of `Side` must be less than 2, found 9";
    assert_eq!(freed(|| refused::<Vec<Side>>(buffer([0u32, 9]), text)), 1);
    // Nothing says what is in it, so nothing of it is freed.
    let text = "the tag of `Event` must be less than 5, found 5";
    let nothing = laid_out::<Event, _>(Tagged(5, [0usize; 9]));
    assert_eq!(freed(|| refused::<Event>(nothing, text)), 0);
    assert_eq!(take::<Side>(1), Ok(Side::Right));
}

#[test]
fn fields_that_are_not_as_they_must_be() {
    let text = "text must be UTF-8, found a bad byte at 1";
    let wrapper = || laid_out::<Wrapper, _>(buffer(*b"a\xff"));
    assert_eq!(freed(|| refused::<Wrapper>(wrapper(), text)), 1);
    let old = |bytes: [u8; 2]| RawOption { some: 1, value: MaybeUninit::new(buffer(bytes)) };
    assert_eq!(freed(|| refused::<Event>(named(2, *b"ok", old(*b"a\xff")), text)), 2);
    let point = RawPoint(0.0, 0.0, 2);
    let text = "a bool must be 0 or 1, found 2";
    refused::<Point>(laid_out::<Point, _>(point), text);
    refused::<&Point>((&raw const point).cast(), text);
    refused::<&mut [Point]>(RawSlice { ptr: (&raw const point).cast(), len: 1 }, text);
    refused::<Spot>(laid_out::<Spot, _>(Tagged(1, (point, 0u64))), text);
}

#[test]
fn structs_and_enums_that_are_right() {
    let event = || take::<Event>(named(2, *b"ok", NONE)).unwrap();
    let expected = Event::Named { name: "ok".to_owned(), old: None };
    assert_eq!(freed(|| assert_eq!(event(), expected)), 1);
    let point = RawPoint(1.0, 2.0, 1);
    let expected = Point { x: 1.0, y: 2.0, is_set: true };
    assert_eq!(take::<&Point>((&raw const point).cast()), Ok(&expected));
    assert_eq!(take::<Spot>(laid_out::<Spot, _>(Tagged(1, (point, 0u64)))), Ok(Spot::At(expected)));
}

#[test]
fn values_that_are_right_are_taken_and_freed_once() {
    assert_eq!(freed(|| assert_eq!(take::<Box<u32>>(boxed(7u32)), Ok(Box::new(7)))), 1);
    assert_eq!(freed(|| assert!(take::<Box<char>>(boxed(0xd800u32)).is_err())), 1);
    let error = || buffer([buffer(*b"top"), buffer(*b"cause")]);
    let taken = || take::<Box<dyn Error + Send + Sync>>(error()).unwrap();
    assert_eq!(freed(|| assert_eq!(taken().source().unwrap().to_string(), "cause")), 3);
    let map = || buffer([RawTuple2(buffer(*b"a"), 1u8), RawTuple2(buffer(*b"b"), 2)]);
    let taken = || take::<HashMap<String, u8>>(map()).unwrap();
    assert_eq!(freed(|| assert_eq!(taken()["b"], 2)), 3);
}
