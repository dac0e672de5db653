//! Return values that borrow from the arguments of their call, and not from `self`.
//!
//! They may outlive the proxy, and so the library. So the caller notes the memory that
//! its arguments lend. What a returned reference refers to is a part of it, or a static
//! of the library, since the method returns it for any lifetime. Of a static the caller
//! has a copy that is never freed; a `Cow` it owns then.
#![expect(unsafe_code, reason = "a static of another library is copied")]

use core::alloc::Layout;
use core::ptr::NonNull;
use std::alloc::{alloc, handle_alloc_error};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use crate::abi::RawSlice;
use crate::boundary::types::elements::content_of;
use crate::boundary::{Content, FfiSafe, LentMemory, LiftError, Room, Shape};

/// Returns a slice that a method returned, for any lifetime of its arguments: itself, or
/// a copy that is never freed.
///
/// # Safety
///
/// The pointer leads to that many plain elements, and `U` is `T` at some lifetime. The
/// memory is lent for `'a`.
pub(crate) unsafe fn for_arguments<'a, T: FfiSafe, U>(
    slice: RawSlice,
    memory: &LentMemory<'_>,
) -> Result<&'a [U], LiftError> {
    let size = slice.len * size_of::<T>();
    let place = match memory.has(slice.ptr.addr(), size) {
        true => slice.ptr.cast::<U>(),
        false if memory.is_partial() => {
            return Err(LiftError::Refused(
                "a reference to something else than a whole argument: return a `Cow`",
            ));
        }
        // SAFETY: the contract of this function.
        false => unsafe { kept::<T>(slice) }?.as_ptr().cast(),
    };
    // SAFETY: the contract of this function, or a copy that is never freed.
    Ok(unsafe { core::slice::from_raw_parts(place, slice.len) })
}

/// An address that all threads may have.
struct Kept(NonNull<u8>);

// SAFETY: it leads to plain data that never changes.
unsafe impl Send for Kept {}

/// Returns the copy of such a slice, of which there is one, if there is room for it.
///
/// # Safety
///
/// The pointer leads to that many plain elements, which have a size.
unsafe fn kept<T: FfiSafe>(slice: RawSlice) -> Result<NonNull<u8>, LiftError> {
    /// By the address of the shape, and the content.
    type Key = (usize, Box<[u8]>);
    static KEPT: Mutex<(Option<HashMap<Key, Kept>>, Room)> = Mutex::new((None, Room::new()));
    let mut content = Content::default();
    // SAFETY: the contract of this function; plain elements are their wires.
    unsafe { content_of::<T>(slice.ptr, slice.len, &mut content) };
    let key = (core::ptr::from_ref::<Shape>(T::SHAPE).addr(), content.finish()?);
    let copy = || {
        let layout = Layout::array::<T>(slice.len).expect("it is in memory");
        // SAFETY: it has a size.
        let copy = unsafe { alloc(layout) };
        let copy = NonNull::new(copy).unwrap_or_else(|| handle_alloc_error(layout));
        // SAFETY: of this size, and apart.
        unsafe { copy.as_ptr().copy_from_nonoverlapping(slice.ptr.cast(), layout.size()) };
        Kept(copy)
    };
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let (kept, room) = &mut *kept;
    match kept.get_or_insert_default().entry(key) {
        Entry::Occupied(known) => Ok(known.get().0),
        Entry::Vacant(place) => {
            // The content is kept too.
            room.take(2 * size_of::<T>() * slice.len)?;
            Ok(place.insert(copy()).0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_static_is_copied_once() {
        let memory = LentMemory::new();
        // SAFETY: plain elements.
        let copy = |values: &[u16]| unsafe {
            for_arguments::<u16, u16>(RawSlice::of(values), &memory).unwrap()
        };
        let (first, again) = (copy(&[1, 2]), copy(&[1, 2]));
        assert!(core::ptr::eq(first, again) && first == [1, 2]);
        assert_eq!((copy(&[2]), copy(&[])), (&[2_u16][..], &[][..]));
    }
}
