//! `Vec<T>`: moved or copied if `T` is plain, else converted.
#![expect(unsafe_code, reason = "memory changes its owner")]

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::abi::{RawBuffer, RawSlice};
use crate::boundary::types::elements::content_of;
use crate::boundary::types::slice::check_foreign;
use crate::boundary::unwind_guard::ReceivedGuards;
use crate::boundary::{
    ByCopy, Content, FfiSafe, LiftError, LoweredGuard, NeedsScope, Origin, Shape, returned_as_wire,
};
use crate::runtime::allocator;

// SAFETY: the elements are passed as wires in a buffer that its library frees;
// if `T` is plain, the wires are the elements.
unsafe impl<T: FfiSafe> FfiSafe for Vec<T> {
    type Wire = RawBuffer;
    type At<'a> = Vec<T::At<'a>>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Apply("Vec", &[T::SHAPE]);
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE;

    #[inline]
    fn lower(self) -> RawBuffer {
        if T::PLAIN {
            into_buffer(self)
        } else {
            // A guard has the layout of its wire.
            into_buffer(self.into_iter().map(LoweredGuard::new).collect::<Vec<LoweredGuard<T>>>())
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        if T::PLAIN {
            // SAFETY: the contract of this function; plain elements are their
            // own wires, also at 'a.
            return unsafe { lift_plain::<T, T::At<'a>>(wire, origin) };
        }
        if origin.is_foreign() {
            check::<T::Wire>(&wire)?;
        }
        // SAFETY: the contract of this function.
        unsafe { ReceivedBuffer::<T::Wire>(wire, PhantomData).convert::<T>(origin) }
    }

    unsafe fn content(wire: RawBuffer, content: &mut Content) {
        // SAFETY: the contract of this function, for each element.
        unsafe { content_of::<T>(wire.ptr, wire.len, content) }
    }

    returned_as_wire!();
}

/// Lifts plain elements, as values of `U`.
///
/// # Safety
///
/// As for `FfiSafe::lift` of `Vec<T>`; `T` is plain, and `U` is `T` at some
/// lifetime.
#[inline]
pub(crate) unsafe fn lift_plain<T: FfiSafe, U>(
    wire: RawBuffer,
    origin: Origin,
) -> Result<Vec<U>, LiftError> {
    if origin.is_foreign() {
        check::<T::Wire>(&wire)?;
    }
    let wire = ReceivedBuffer::<T::Wire>(wire, PhantomData);
    if origin.is_foreign() {
        // SAFETY: the buffer holds `len` wires until `free`.
        unsafe { check_foreign::<T>(RawSlice { ptr: wire.0.ptr, len: wire.0.len }) }?;
    }
    // SAFETY: plain elements are their own wires.
    Ok(unsafe { wire.take::<U>() })
}

/// Converts a vector to its raw form, which owns the memory.
#[inline]
fn into_buffer<W>(vector: Vec<W>) -> RawBuffer {
    let mut vector = ManuallyDrop::new(vector);
    // Elements of size 0 need no memory, and have no limit of capacity.
    let allocated = size_of::<W>() > 0 && vector.capacity() > 0;
    let capacity = if allocated { vector.capacity() } else { vector.len() };
    RawBuffer {
        ptr: vector.as_mut_ptr().cast(),
        len: vector.len(),
        capacity,
        free: allocated.then(allocator::free_of_this_library),
    }
}

/// Checks a buffer of a foreign plugin.
///
/// An invalid one is not released, since its `free` may be invalid too.
fn check<W>(buffer: &RawBuffer) -> Result<(), LiftError> {
    let RawBuffer { ptr, len, capacity, .. } = *buffer;
    let ptr = ptr.cast::<W>();
    if len > capacity || capacity > isize::MAX as usize / size_of::<W>().max(1) {
        Err(LiftError::Length(len))
    } else if capacity > 0 && ptr.is_null() {
        Err(LiftError::Null)
    } else if capacity > 0 && !ptr.is_aligned() {
        Err(LiftError::Alignment(ptr.addr()))
    } else {
        Ok(())
    }
}

/// A buffer of `W`, which this library releases.
struct ReceivedBuffer<W>(RawBuffer, PhantomData<W>);

impl<W: Copy> ReceivedBuffer<W> {
    /// Takes the elements as values of `T`: with their memory if both libraries
    /// share an allocator, else by one copy.
    ///
    /// # Safety
    ///
    /// The buffer holds `len` values of `T`, which own nothing and have the
    /// layout of `W`.
    #[inline]
    unsafe fn take<T>(self) -> Vec<T> {
        let RawBuffer { ptr, len, capacity, free } = self.0;
        // The second is a value that this library made of a message.
        let is_own = |free| allocator::is_shared(free) || allocator::is_own(free);
        if capacity > 0 && free.is_some_and(is_own) {
            core::mem::forget(self);
            // SAFETY: the sender allocated `capacity` elements of this layout
            // with the allocator of this library.
            return unsafe { Vec::from_raw_parts(ptr.cast(), len, capacity) };
        }
        let mut vector = Vec::<T>::with_capacity(len);
        if len > 0 {
            // SAFETY: the contract of this function: `len` values at `ptr`,
            // which stay alive until `self` is dropped. They own nothing, so a
            // copy duplicates no ownership. The capacity is at least `len`.
            unsafe {
                core::ptr::copy_nonoverlapping(ptr.cast::<T>(), vector.as_mut_ptr(), len);
                vector.set_len(len);
            }
        }
        vector
    }

    /// Converts the elements one by one.
    ///
    /// # Safety
    ///
    /// As for `FfiSafe::lift` of `Vec<T>`.
    unsafe fn convert<'a, T: FfiSafe<Wire = W>>(
        self,
        origin: Origin,
    ) -> Result<Vec<T::At<'a>>, LiftError> {
        let mut vector = Vec::with_capacity(self.0.len);
        // SAFETY: the contract of this function; `self` frees the memory later.
        let row = unsafe { ReceivedGuards::<T>::new(self.0.ptr.cast::<W>(), self.0.len, origin) };
        for element in row {
            // SAFETY: the contract of this function.
            vector.push(unsafe { element.lift() }?);
        }
        Ok(vector)
    }
}

impl<W> Drop for ReceivedBuffer<W> {
    #[inline]
    fn drop(&mut self) {
        let RawBuffer { ptr, capacity, free, .. } = self.0;
        if let Some(free) = free
            && capacity > 0
        {
            // SAFETY: `free` came with this buffer, which is released once.
            unsafe { free(ptr, capacity * size_of::<W>(), align_of::<W>()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_this_library_made_of_a_message_is_taken_over() {
        for values in [vec![1_u32, 2, 3], Vec::new()] {
            let buffer = into_buffer(values.clone());
            // SAFETY: a buffer of numbers, which is lifted once.
            let lifted = unsafe { lift_plain::<u32, u32>(buffer, Origin::Foreign) }.unwrap();
            assert_eq!(lifted, values);
            assert!(lifted.as_ptr().cast() == buffer.ptr.cast_const() || values.is_empty());
        }
    }
}
