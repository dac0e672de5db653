//! The layouts of tuples, arrays and boxes.

use core::ffi::c_void;

use super::{Free, assert_layout};

const WORD: usize = size_of::<usize>();

macro_rules! tuples {
    ($($name:ident<$($field:ident),+>;)*) => {$(
        /// A tuple: its values in order, as in a C struct.
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name<$($field: Copy),+>($(pub $field),+);
    )*};
}

tuples! {
    RawTuple1<A>;
    RawTuple2<A, B>;
    RawTuple3<A, B, C>;
    RawTuple4<A, B, C, D>;
    RawTuple5<A, B, C, D, E>;
    RawTuple6<A, B, C, D, E, F>;
}

assert_layout!(RawTuple1<u16> { size: 2, align: 2, 0: 0 });
assert_layout!(RawTuple2<u8, usize> { size: 2 * WORD, align: WORD, 0: 0, 1: WORD });
assert_layout!(RawTuple3<u8, u16, u8> { size: 6, align: 2, 0: 0, 1: 2, 2: 4 });
assert_layout!(RawTuple4<u8, u8, u8, u16> { size: 6, align: 2, 0: 0, 1: 1, 2: 2, 3: 4 });
assert_layout!(RawTuple5<u8, u8, u8, u8, u8> { size: 5, align: 1, 4: 4 });
assert_layout!(RawTuple6<u8, u8, u8, u8, u8, u32> { size: 12, align: 4, 4: 4, 5: 8 });

/// `[T; N]`: the array in a struct, since C passes no array by value.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawArray<W: Copy, const N: usize>(pub [W; N]);

assert_layout!(RawArray<u16, 3> { size: 6, align: 2, 0: 0 });

/// `Box<T>`: one value in memory of its own.
///
/// The receiver moves the value out. It copies the value and releases the
/// memory with `free`, or takes over the memory if both libraries share an
/// allocator.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawBox {
    /// The value; dangling but aligned if it has no size.
    pub ptr: *mut c_void,
    /// Releases the memory; a function of the library that allocated it. Null
    /// if nothing is allocated.
    pub free: Option<Free>,
}

assert_layout!(RawBox { size: 2 * WORD, align: WORD, ptr: 0, free: WORD });
