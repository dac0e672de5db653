//! Values in memory, as their layouts say.
#![expect(unsafe_code, reason = "reads the memory of another library")]

use core::ffi::c_void;

#[cfg(all(unix, feature = "process"))]
use crate::abi::{GrowingHeader, Opaque, RawBorrowed, RawGrowing, RawTaskWaker};
use crate::abi::{RawBuffer, RawObject, RawSlice};
use crate::boundary::LiftError;
use crate::metadata::layout::Layout;

/// The address of a value whose layout is known.
///
/// Only values that a call of this module passed or returned have one. The
/// descriptor of the library vouches for the layout, as its fingerprint does
/// for the types of a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire(*const u8);

/// A row of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) first: Wire,
    pub(super) len: usize,
}

impl Wire {
    /// The address itself.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn place(self) -> *mut u8 {
        self.0.cast_mut()
    }

    /// # Safety
    ///
    /// `at` is the address of a value of the layout by which this is read, or of
    /// one that a library in C made. The value stays where it is, and nothing
    /// writes to it, while this or a part of it is used.
    pub(super) unsafe fn new(at: *const u8) -> Self {
        Wire(at)
    }

    /// Returns the part at an offset of the layout.
    pub(super) fn part(self, offset: usize) -> Wire {
        Wire(self.0.wrapping_add(offset))
    }

    /// Returns the bytes of a number.
    pub(super) fn bytes(self, size: usize) -> Vec<u8> {
        // SAFETY: the contract of `new`: there is a number of that size, whose
        // bytes are all initialised.
        unsafe { core::slice::from_raw_parts(self.0, size) }.to_vec()
    }

    #[cfg(all(unix, feature = "process"))]
    /// Appends the bytes of a number, or of several in a row.
    pub(super) fn append(self, size: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.row(size));
    }

    /// The bytes of a number, or of several in a row, where they lie.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn row(&self, size: usize) -> &[u8] {
        // SAFETY: as in `bytes`.
        unsafe { core::slice::from_raw_parts(self.0, size) }
    }

    /// Returns `true` if a buffer is freed by its owner, and so is not borrowed.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn owns_elements(self) -> bool {
        self.buffer().free.is_some()
    }

    pub(super) fn tag(self) -> u8 {
        // SAFETY: the contract of `new`: an option or result begins with a byte.
        unsafe { *self.0 }
    }

    pub(super) fn variant(self) -> u32 {
        // SAFETY: the contract of `new`: an enum begins with this number.
        unsafe { *self.0.cast::<u32>() }
    }

    pub(super) fn object(self) -> RawObject {
        // SAFETY: the contract of `new`.
        unsafe { *self.0.cast::<RawObject>() }
    }

    /// The borrowed object, and the first argument of its methods.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn borrowed(self) -> (RawBorrowed, *mut Opaque) {
        let at = self.0.cast::<RawBorrowed>();
        // SAFETY: the contract of `new`.
        let raw = unsafe { *at };
        if !raw.instance.is_null() {
            return (raw, raw.instance);
        }
        // SAFETY: as above: the words are a part of it.
        let data = unsafe { &raw const (*at).data };
        (raw, data.cast_mut().cast())
    }

    /// The waker that is lent at an address.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn waker(self) -> *const RawTaskWaker {
        // SAFETY: the contract of `new`.
        unsafe { *self.0.cast::<*const RawTaskWaker>() }
    }

    pub(super) fn buffer(self) -> RawBuffer {
        // SAFETY: the contract of `new`.
        unsafe { *self.0.cast::<RawBuffer>() }
    }

    fn slice(self) -> RawSlice {
        // SAFETY: the contract of `new`.
        unsafe { *self.0.cast::<RawSlice>() }
    }

    /// The value behind a pointer or a box, which both begin with its address.
    pub(super) fn target(self, layout: &Layout) -> Result<Wire, LiftError> {
        // SAFETY: the contract of `new`.
        let to = unsafe { *self.0.cast::<*const u8>() };
        checked(to, layout)
    }

    /// The header of the block of a value that grows, and the fields behind it.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn block(self) -> Result<(GrowingHeader, Wire), LiftError> {
        // SAFETY: the contract of `new`.
        let RawGrowing(header) = unsafe { *self.0.cast::<RawGrowing>() };
        if header.is_null() {
            return Err(LiftError::Null);
        }
        if !header.is_aligned() {
            return Err(LiftError::Alignment(header.addr()));
        }
        // SAFETY: the contract of `new`, and the address was checked.
        Ok((unsafe { *header }, Wire(header.cast_const().cast())))
    }

    /// Ends the block of a value that grows, with all its fields.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn end_block(self) {
        // SAFETY: the contract of `new`.
        let RawGrowing(block) = unsafe { *self.0.cast::<RawGrowing>() };
        if let Ok((header, _)) = self.block() {
            // SAFETY: the value is ours, and is ended once; no field was taken over.
            unsafe { (header.end)(block, 0) };
        }
    }

    /// The elements of a slice.
    pub(super) fn elements(self, layout: &Layout) -> Result<Row, LiftError> {
        let RawSlice { ptr, len } = self.slice();
        row(ptr.cast(), len, layout)
    }

    /// The elements of a buffer, owned or borrowed.
    pub(super) fn owned_elements(self, layout: &Layout) -> Result<Row, LiftError> {
        let RawBuffer { ptr, len, capacity, free } = self.buffer();
        // Without a `free` it is borrowed, or allocates nothing.
        if free.is_some() && len > capacity {
            return Err(LiftError::Length(len));
        }
        row(ptr.cast_const().cast(), len, layout)
    }

    /// Frees the memory of a buffer, whose elements are dropped.
    pub(super) fn free_buffer(self, layout: &Layout) {
        let RawBuffer { ptr, capacity, free, .. } = self.buffer();
        let size = capacity.checked_mul(layout.size).filter(|size| *size > 0);
        if let (Some(size), Some(free)) = (size, free) {
            // SAFETY: the value is ours, and is freed once, by the function that
            // came with it.
            unsafe { free(ptr, size, layout.align) };
        }
    }

    /// Frees the memory of a box, whose value is dropped.
    pub(super) fn free_box(self, layout: &Layout) {
        // SAFETY: the contract of `new`.
        let raw = unsafe { *self.0.cast::<crate::abi::RawBox>() };
        if let Some(free) = raw.free {
            // SAFETY: as in `free_buffer`.
            unsafe { free(raw.ptr, layout.size, layout.align) };
        }
    }
}

impl Row {
    /// Returns the elements in order.
    pub(super) fn each(self, layout: &Layout) -> impl Iterator<Item = Wire> + use<> {
        let (first, size) = (self.first, layout.size);
        (0..self.len).map(move |index| first.part(index * size))
    }

    /// Returns a row of bytes.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.first.bytes(self.len)
    }
}

fn checked(to: *const u8, layout: &Layout) -> Result<Wire, LiftError> {
    match to {
        to if to.is_null() => Err(LiftError::Null),
        to if !to.addr().is_multiple_of(layout.align) => Err(LiftError::Alignment(to.addr())),
        to => Ok(Wire(to)),
    }
}

fn row(first: *const c_void, len: usize, layout: &Layout) -> Result<Row, LiftError> {
    /// The most values without a size, which no memory limits.
    const MOST: usize = 1 << 20;
    let first = checked(first.cast(), layout)?;
    let is_possible = match layout.size {
        0 => len <= MOST,
        size => len.checked_mul(size).is_some_and(|bytes| bytes <= isize::MAX as usize),
    };
    if is_possible { Ok(Row { first, len }) } else { Err(LiftError::Length(len)) }
}
