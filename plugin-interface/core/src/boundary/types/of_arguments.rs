//! Return values that borrow from the arguments of their call, and not from `self`.
//!
//! They may outlive the proxy, and so the library. So the caller notes the memory that
//! its arguments lend. What a returned reference refers to is a part of it, or a static
//! of the library, since the method returns it for any lifetime. Of a static the caller
//! has a copy that is never freed; a `Cow` it owns then.
#![expect(unsafe_code, reason = "a static of another library is copied")]

use core::alloc::Layout;
use core::hash::BuildHasherDefault;
use core::ptr::NonNull;
use std::alloc::{alloc, handle_alloc_error};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
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

/// Returns the copy of such a slice, of which there is one, if there is room for it.
///
/// # Safety
///
/// The pointer leads to that many plain elements, which have a size.
unsafe fn kept<T: FfiSafe>(slice: RawSlice) -> Result<NonNull<u8>, LiftError> {
    let mut content = Content::default();
    // SAFETY: the contract of this function; plain elements are their wires.
    unsafe { content_of::<T>(slice.ptr, slice.len, &mut content) };
    let shape = core::ptr::from_ref::<Shape>(T::SHAPE).addr();
    let layout = Layout::array::<T>(slice.len).expect("it is in memory");
    // SAFETY: the contract of this function.
    unsafe { kept_of((shape, content.finish()?), layout, slice.ptr.cast()) }
}

/// By the address of the shape, and the content.
type Key = (usize, Box<[u8]>);
type Hasher = BuildHasherDefault<DefaultHasher>;

/// An address that all threads may have.
struct Kept(NonNull<u8>);

// SAFETY: it leads to plain data that never changes.
unsafe impl Send for Kept {}

/// Returns the copy of that content. It is not generic, so that no plugin compiles it
/// again.
///
/// # Safety
///
/// The pointer leads to plain data of that layout, which has a size.
unsafe fn kept_of(key: Key, layout: Layout, data: *const u8) -> Result<NonNull<u8>, LiftError> {
    static KEPT: Mutex<(HashMap<Key, Kept, Hasher>, Room)> =
        Mutex::new((HashMap::with_hasher(Hasher::new()), Room::new()));
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let (kept, room) = &mut *kept;
    if let Some(known) = kept.get(&key) {
        return Ok(known.0);
    }
    // The content is kept too.
    room.take(2 * layout.size())?;
    // SAFETY: it has a size.
    let copy = unsafe { alloc(layout) };
    let copy = NonNull::new(copy).unwrap_or_else(|| handle_alloc_error(layout));
    // SAFETY: the contract of this function, and apart.
    unsafe { copy.as_ptr().copy_from_nonoverlapping(data, layout.size()) };
    kept.insert(key, Kept(copy));
    Ok(copy)
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
        // In any order of their contents, and of their types.
        for value in [7_u16, 3, 9, 1, 9, 3] {
            // SAFETY: plain elements.
            let bytes = unsafe {
                for_arguments::<u8, u8>(RawSlice::of(&value.to_ne_bytes()), &memory).unwrap()
            };
            assert_eq!((copy(&[value]), bytes), (&[value][..], &value.to_ne_bytes()[..]));
            assert!(core::ptr::eq(copy(&[value]), copy(&[value])));
        }
    }
}
