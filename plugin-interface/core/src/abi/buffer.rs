//! The layouts of slices, owned buffers, options and results.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use super::assert_layout;

const WORD: usize = size_of::<usize>();

/// A borrowed run of elements: `&str`, `&[T]` and `&mut [T]`.
///
/// `len` counts elements. The memory belongs to the sender. It is borrowed for
/// the call (parameters) or for the borrow of `self` (returns).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawSlice {
    /// The first element; never null, dangling but aligned when `len` is 0.
    pub ptr: *const c_void,
    /// The number of elements.
    pub len: usize,
}

assert_layout!(RawSlice { size: 2 * WORD, align: WORD, ptr: 0, len: WORD });

impl RawSlice {
    /// Describes `slice`.
    ///
    /// ```
    /// let raw = plugin_interface::abi::RawSlice::of(&[1u16, 2, 3]);
    /// assert_eq!(raw.len, 3);
    /// ```
    pub const fn of<T>(slice: &[T]) -> Self {
        RawSlice { ptr: slice.as_ptr().cast(), len: slice.len() }
    }
}

/// Releases the memory of a [`RawBuffer`]: pointer, size and alignment in
/// bytes.
pub type Free = unsafe extern "C" fn(ptr: *mut c_void, size: usize, align: usize);

/// An owned run of elements: `String` and `Vec<T>`.
///
/// The receiver moves the elements out. It copies them, or takes over the
/// memory itself if both libraries share an allocator. It releases the memory
/// that remains with `free`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawBuffer {
    /// The first element; dangling but aligned when `capacity` is 0.
    pub ptr: *mut c_void,
    /// The number of elements.
    pub len: usize,
    /// The capacity in elements; 0 if nothing is allocated.
    pub capacity: usize,
    /// Releases the memory; a function of the library that allocated it.
    pub free: Option<Free>,
}

assert_layout!(RawBuffer {
    size: 4 * WORD,
    align: WORD,
    ptr: 0,
    len: WORD,
    capacity: 2 * WORD,
    free: 3 * WORD,
});

/// `Option<T>`: a tag of one byte (0 none, 1 some), then the value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RawOption<W: Copy> {
    /// 0 for `None`, 1 for `Some`.
    pub some: u8,
    /// The value, initialised only for `Some`.
    pub value: MaybeUninit<W>,
}

assert_layout!(RawOption<u8> { size: 2, align: 1, some: 0, value: 1 });
assert_layout!(RawOption<usize> { size: 2 * WORD, align: WORD, some: 0, value: WORD });

/// `Result<T, E>` inside another value: a tag (0 ok, 1 error), then a union.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RawResult<T: Copy, E: Copy> {
    /// 0 for `Ok`, 1 for `Err`.
    pub tag: u8,
    /// The value of the variant that the tag names.
    pub value: RawResultValue<T, E>,
}

assert_layout!(RawResult<usize, u8> { size: 2 * WORD, align: WORD, tag: 0, value: WORD });

/// The value of a `Result`, of the variant that its tag or status names.
#[repr(C)]
#[derive(Clone, Copy)]
pub union RawResultValue<T: Copy, E: Copy> {
    /// The value of `Ok`.
    pub ok: MaybeUninit<T>,
    /// The value of `Err`.
    pub err: MaybeUninit<E>,
}

assert_layout!(RawResultValue<usize, u8> { size: WORD, align: WORD, ok: 0, err: 0 });
