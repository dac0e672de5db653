//! Tests that a call by layouts passes each kind of value as the compiler does.
#![expect(unsafe_code, reason = "calls functions by the layouts of their arguments")]

use core::ffi::c_void;
use core::fmt::Debug;
use core::mem::MaybeUninit;

use super::invoke::{Argument, invoke};
use crate::abi::Outcome;
use crate::boundary::{FfiOwned, Origin};
use crate::metadata::InterfaceMetadata;
use crate::metadata::layout::{Layouts, Target};
use crate::metadata::signature::Type;

/// The arguments of a call: numbers between four equal values, so that some lie in
/// registers and others on the stack.
type Seen<T> = Option<((f32, u8, f64, u16), [T; 4])>;

const NUMBERS: (f32, u8, f64, u16) = (0.5, 7, 0.25, 9);

/// A method that notes what it is given, and returns the last value.
///
/// # Safety
///
/// `seen` is writable, and the wires are lifted here only.
unsafe extern "C" fn method<T: FfiOwned + Clone>(
    seen: *mut Seen<T>,
    a: f32,
    b: T::Wire,
    c: u8,
    d: T::Wire,
    e: f64,
    f: T::Wire,
    g: u16,
    h: T::Wire,
) -> Outcome<T::Returned> {
    // SAFETY: the contract of this function; each was lowered from a `T`.
    let values = [b, d, f, h].map(|wire| unsafe { T::lift(wire, Origin::Rust) }.unwrap());
    let last = values[3].clone();
    // SAFETY: the contract of this function.
    unsafe { *seen = Some(((a, c, e, g), values)) };
    last.lower_return()
}

#[track_caller]
fn passes<T: FfiOwned + Clone + Debug + PartialEq>(name: &str, value: &T) {
    let interface = InterfaceMetadata {
        path: "Any".to_owned(),
        version: "1.0".to_owned(),
        send: true,
        sync: true,
        fingerprint: 0,
        methods: Vec::new(),
        types: Vec::new(),
        objects: Vec::new(),
    };
    let mut layouts = Layouts::for_target(&interface, Target::NATIVE);
    let outcome = layouts.outcome(&Type::parse(name)).unwrap();
    let [f32, u8, f64, u16, of] =
        ["f32", "u8", "f64", "u16", name].map(|ty| layouts.of(&Type::parse(ty)).unwrap());
    assert_eq!((of.size, of.align), (size_of::<T::Wire>(), align_of::<T::Wire>()), "{name}");
    let mut numbers = NUMBERS;
    let mut wires = [(); 4].map(|()| value.clone().lower());
    let [b, d, f, h] = wires.each_mut().map(|wire| (&raw mut *wire).cast());
    let arguments = [
        (&f32, (&raw mut numbers.0).cast()),
        (&of, b),
        (&u8, (&raw mut numbers.1).cast()),
        (&of, d),
        (&f64, (&raw mut numbers.2).cast()),
        (&of, f),
        (&u16, (&raw mut numbers.3).cast()),
        (&of, h),
    ]
    .map(|(layout, at)| Argument { layout, at });
    let mut seen: Seen<T> = None;
    let mut returned = MaybeUninit::<Outcome<T::Returned>>::uninit();
    assert_eq!(outcome.size, size_of_val(&returned), "{name}");
    // A short outcome is written in whole words.
    let mut room = [MaybeUninit::<u128>::uninit(); 16];
    assert!(outcome.size <= size_of_val(&room), "{name}");
    let function = method::<T> as unsafe extern "C" fn(_, _, _, _, _, _, _, _, _) -> _;
    let at = (&outcome, room.as_mut_ptr().cast());
    // SAFETY: `method` takes these, as their sizes and alignments say, and each
    // wire is passed once; there is room for its outcome.
    unsafe { invoke(function as *const c_void, (&raw mut seen).cast(), &arguments, at) };
    // SAFETY: the call wrote an outcome.
    unsafe { returned.as_mut_ptr().copy_from_nonoverlapping(room.as_ptr().cast(), 1) };
    // SAFETY: as above; it is lifted once.
    let returned = unsafe { T::lift_return(returned.assume_init(), Origin::Rust) };
    let all = [(); 4].map(|()| value.clone());
    assert_eq!(seen, Some((NUMBERS, all)), "{name}");
    assert_eq!(returned.ok().as_ref(), Some(value), "{name}");
}

macro_rules! passes {
    ($($ty:ty: $($value:expr),+;)*) => {$(
        $(passes::<$ty>(stringify!($ty), &$value);)+
    )*};
}

#[test]
fn numbers_texts_and_boxes_are_passed_as_the_compiler_does() {
    passes! {
        i8: -1;
        bool: true;
        char: '\u{10ffff}';
        f32: -1.5;
        f64: 1e300;
        u128: u128::MAX / 3;
        String: "text".to_owned();
        Box<u64>: Box::new(7);
        Vec<u16>: vec![1, 2];
    }
}

#[test]
fn structs_and_arrays_of_mixed_numbers_are_passed_as_the_compiler_does() {
    passes! {
        (f32,): (1.5,);
        (f32, f32): (1.5, -2.5);
        (f32, f32, f32): (1.5, -2.5, 3.5);
        (f32, f32, f32, f32): (1.5, -2.5, 3.5, 4.5);
        (f32, f32, f32, f32, f32): (1.5, -2.5, 3.5, 4.5, 5.5);
        (f64, f64): (1.5, -2.5);
        (f64, f64, f64): (1.5, -2.5, 3.5);
        (f32, f64): (1.5, -2.5);
        (f64, f32): (1.5, -2.5);
        (u8, f32): (7, 1.5);
        (f32, u8): (1.5, 7);
        (f32, f32, u8): (1.5, -2.5, 7);
        (u32, f32, f32): (7, 1.5, -2.5);
        (f64, u8): (1.5, 7);
        (u8, f64): (7, 1.5);
        (u64, f64): (7, 1.5);
        (u64, u64, u64): (1, 2, 3);
        (u8, u16): (1, 2);
        (u8, u32, u8): (1, 2, 3);
        ((f32, u8), f32): ((1.5, 7), -2.5);
        ((f32, f32), (u8, u8)): ((1.5, -2.5), (1, 2));
        (f32, [f32; 2]): (1.5, [-2.5, 3.5]);
        (u8, [f32; 3]): (7, [1.5, -2.5, 3.5]);
        ([u8; 4], f32, f32): ([1, 2, 3, 4], 1.5, -2.5);
        [u8; 3]: [1, 2, 3];
        [u8; 9]: [9; 9];
        [u8; 16]: [7; 16];
        [u8; 17]: [7; 17];
        [u16; 5]: [1, 2, 3, 4, 5];
        [f32; 2]: [1.5, -2.5];
        [f32; 3]: [1.5, -2.5, 3.5];
        [f32; 4]: [1.5, -2.5, 3.5, 4.5];
        [f64; 2]: [1.5, -2.5];
        [f64; 4]: [1.5, -2.5, 3.5, 4.5];
        [[f32; 2]; 2]: [[1.5, -2.5], [3.5, 4.5]];
        (u128,): (u128::MAX / 3,);
        [u128; 1]: [u128::MAX / 3];
        (u8, u128): (7, u128::MAX / 3);
    }
}

#[test]
fn options_and_results_are_passed_as_the_compiler_does() {
    passes! {
        Option<u8>: Some(7), None;
        Option<f32>: Some(1.5), None;
        Option<f64>: Some(1.5), None;
        Option<(f32, f32)>: Some((1.5, -2.5)), None;
        Option<[f32; 3]>: Some([1.5, -2.5, 3.5]), None;
        Option<u128>: Some(u128::MAX / 3), None;
        (Option<f32>, f32): (Some(1.5), -2.5), (None, 1.5);
        (f32, Option<f32>): (1.5, Some(-2.5)), (1.5, None);
        Result<f32, f64>: Ok(1.5), Err(-2.5);
        Result<f64, f64>: Ok(1.5), Err(-2.5);
        Result<u8, f64>: Ok(7), Err(1.5);
        Result<f32, u32>: Ok(1.5), Err(7);
        Result<(f32, f32), f64>: Ok((1.5, -2.5)), Err(3.5);
        Result<(f32, u32), (u32, f32)>: Ok((1.5, 7)), Err((7, -2.5));
        Result<[f32; 3], f32>: Ok([1.5, -2.5, 3.5]), Err(4.5);
        Result<(f64, f32), u8>: Ok((1.5, -2.5)), Err(7);
        Result<Option<f64>, f32>: Ok(Some(1.5)), Ok(None), Err(-2.5);
        (Result<u16, f32>, f64): (Ok(7), 1.5), (Err(-2.5), 3.5);
    }
}
