//! Structs to which later versions append fields, and enums to which they append
//! variants.
//!
//! The fields lie in a block that the sender allocates. Its header has the number
//! of fields that the sender knows, and the sender's function that ends the block.
//! So the receiver reads only fields that are there, and the sender drops those
//! that the receiver does not know. Of an enum, the header has the number of the
//! variant too. The sender drops all fields of one that the receiver does not know.
#![expect(unsafe_code, reason = "fields are read from the memory of another library")]

use core::marker::PhantomData;

use crate::abi::{GrowingHeader, RawGrowing};
use crate::boundary::{Content, FfiSafe, LiftError, LoweredGuard, Origin};

/// A derived struct that grows, or one variant of an enum that grows.
///
/// # Safety
///
/// 1. `Block` is `repr(C)`: a `GrowingHeader`, then the wires of `FIELDS`
///    fields.
/// 2. `drop_from` drops the wires of the fields from that number on, each once,
///    and does not panic.
#[doc(hidden)]
pub unsafe trait Grows<const VARIANT: u32 = 0>: FfiSafe<Wire = RawGrowing> {
    /// The header and the wires of all fields.
    type Block: Copy;
    /// The number of fields.
    const FIELDS: u32;
    /// The number of fields in the first version.
    const FIRST: u32;

    /// # Safety
    ///
    /// The block is one of `lower_block`, and nothing else lifts these wires.
    unsafe fn drop_from(block: &Self::Block, from: u32);
}

impl GrowingHeader {
    /// Returns the header of a block that this library allocates.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn of<T: Grows<VARIANT>, const VARIANT: u32>() -> Self {
        GrowingHeader { fields: T::FIELDS, variant: VARIANT, end: end::<T, VARIANT> }
    }

    /// The header of a variant without fields.
    const fn alone(variant: u32) -> Self {
        GrowingHeader { fields: 0, variant, end: end_nothing }
    }
}

/// Moves a block to memory that its `end` frees.
#[doc(hidden)]
#[inline]
pub fn lower_block<T: Grows<VARIANT>, const VARIANT: u32>(block: T::Block) -> RawGrowing {
    RawGrowing(Box::into_raw(Box::new(block)).cast())
}

/// Returns the block of a variant without fields, which is a constant.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn lower_alone<const VARIANT: u32>() -> RawGrowing {
    // The receiver reads it, and calls `end`.
    RawGrowing(const { &GrowingHeader::alone(VARIANT) as *const GrowingHeader }.cast_mut())
}

extern "C" fn end_nothing(_: *mut GrowingHeader, _: u32) {}

/// # Safety
///
/// The header is one of `lower_block::<T, VARIANT>`. The caller took over the fields before
/// `from`, and uses the block no more.
unsafe extern "C" fn end<T: Grows<VARIANT>, const VARIANT: u32>(
    header: *mut GrowingHeader,
    from: u32,
) {
    // SAFETY: `lower_block` allocated the block as a `T::Block`, and the contract
    // of this function leaves it here.
    let block = unsafe { Box::from_raw(header.cast::<T::Block>()) };
    // SAFETY: the contract of this function.
    unsafe { T::drop_from(&block, from) };
}

/// Drops the wire of a field.
///
/// # Safety
///
/// The wire was lowered from an `F`, and nothing else lifts it.
#[doc(hidden)]
#[inline]
pub unsafe fn end_by_guard<F: FfiSafe>(wire: F::Wire) {
    // SAFETY: the contract of this function.
    drop(unsafe { LoweredGuard::<F>::from_wire(wire) });
}

/// A received block, whose fields are taken over one by one, in order.
///
/// Dropping it ends the block. The sender then drops the fields that were not
/// taken over: because one was invalid, or because this side does not know them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Received<T> {
    header: *mut GrowingHeader,
    taken: u32,
    origin: Origin,
    ty: PhantomData<fn() -> T>,
}

impl<T: Grows> Received<T> {
    /// # Safety
    ///
    /// As for `FfiSafe::lift` of `T`.
    #[inline]
    pub unsafe fn new(wire: RawGrowing, origin: Origin) -> Result<Self, LiftError> {
        // SAFETY: the contract of this function.
        let block = unsafe { Received::any(wire, origin) }?;
        block.has(T::FIRST)?;
        Ok(block)
    }
}

impl<T: FfiSafe<Wire = RawGrowing>> Received<T> {
    /// Receives a block whose fields were not counted yet.
    ///
    /// # Safety
    ///
    /// As for `FfiSafe::lift` of `T`.
    #[inline]
    pub unsafe fn any(wire: RawGrowing, origin: Origin) -> Result<Self, LiftError> {
        let header = wire.0;
        if origin.is_foreign() {
            check(header)?;
        }
        Ok(Received { header, taken: 0, origin, ty: PhantomData })
    }

    /// The number of the variant.
    #[inline]
    #[must_use]
    pub fn variant(&self) -> u32 {
        // SAFETY: the header lives until `end`.
        unsafe { (*self.header).variant }
    }

    /// Checks that there are so many fields, before any is taken over.
    #[inline]
    pub fn has(&self, first: u32) -> Result<(), LiftError> {
        match self.present() {
            found if found < first => Err(LiftError::Fields { first, found }),
            _ => Ok(()),
        }
    }

    /// Takes the next field over, which lies at `offset`.
    ///
    /// # Safety
    ///
    /// The next field is an `F` at that offset, and is one of those that `has` or
    /// `new` counted. What it borrows outlives `'a`.
    #[inline]
    pub unsafe fn take<'a, F: FfiSafe>(&mut self, offset: usize) -> Result<F::At<'a>, LiftError> {
        // SAFETY: the field is there, by the contract of this function and `new`.
        let wire = unsafe { self.header.byte_add(offset).cast::<F::Wire>().read() };
        self.taken += 1;
        // SAFETY: `end` does not drop it, so it is lifted once.
        unsafe { F::lift(wire, self.origin) }
    }

    /// Takes the next field over, or returns `None` if the sender does not know it.
    ///
    /// # Safety
    ///
    /// The next field is an `F` at that offset, if the sender knows it. What it
    /// borrows outlives `'a`.
    #[inline]
    pub unsafe fn take_later<'a, F: FfiSafe>(
        &mut self,
        offset: usize,
    ) -> Result<Option<F::At<'a>>, LiftError> {
        if self.taken >= self.present() {
            return Ok(None);
        }
        // SAFETY: the contract of this function, and the field is there.
        unsafe { self.take::<F>(offset) }.map(Some)
    }
}

impl<T> Received<T> {
    #[inline]
    fn present(&self) -> u32 {
        // SAFETY: the header lives until `end`.
        unsafe { (*self.header).fields }
    }
}

impl<T> Drop for Received<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this function came with the block, which is ended once. The first
        // `taken` fields were taken over.
        unsafe { ((*self.header).end)(self.header, self.taken) };
    }
}

/// Checks a pointer of a foreign plugin. An invalid one is not ended.
fn check(header: *mut GrowingHeader) -> Result<(), LiftError> {
    if header.is_null() {
        Err(LiftError::Null)
    } else if !header.is_aligned() {
        Err(LiftError::Alignment(header.addr()))
    } else {
        Ok(())
    }
}

/// Appends the number of the variant, and returns it. Returns `None` for a value
/// that is invalid.
///
/// # Safety
///
/// As for `FfiSafe::content`.
#[doc(hidden)]
pub unsafe fn content_of_variant(wire: RawGrowing, content: &mut Content) -> Option<u32> {
    if check(wire.0).is_err() {
        content.opaque();
        return None;
    }
    // SAFETY: the header lives until the value is lifted.
    let variant = unsafe { (*wire.0).variant };
    content.number(variant as usize);
    Some(variant)
}

/// Appends the content of the field with this number, if it is there.
///
/// # Safety
///
/// As for `FfiSafe::content`. The field is an `F` at `offset`, if it is there.
#[doc(hidden)]
pub unsafe fn content_of_field<F: FfiSafe>(
    wire: RawGrowing,
    number: u32,
    offset: usize,
    content: &mut Content,
) {
    if check(wire.0).is_err() {
        // Lifting it is the error.
        return content.opaque();
    }
    // SAFETY: the header lives until the value is lifted.
    let is_there = unsafe { (*wire.0).fields } > number;
    content.bytes(&[is_there.into()]);
    if is_there {
        // SAFETY: the field is there, and the rest is the contract of this
        // function.
        unsafe { F::content(wire.0.byte_add(offset).cast::<F::Wire>().read(), content) };
    }
}
