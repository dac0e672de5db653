//! Who frees, and when memory may change hands without a copy.
#![expect(unsafe_code, reason = "frees memory for the other side")]

use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::alloc::Layout;

use crate::abi::Free;

/// Submitted to `inventory` by [`system_allocator!`](crate::system_allocator).
#[doc(hidden)]
#[derive(Debug)]
pub struct SystemAllocatorDeclared(());

impl SystemAllocatorDeclared {
    /// # Safety
    ///
    /// The global allocator is `std::alloc::System`, as the macro makes it.
    pub const unsafe fn new() -> Self {
        SystemAllocatorDeclared(())
    }
}

inventory::collect!(SystemAllocatorDeclared);

/// The `Free` that both sides agreed on, null until then.
static SHARED: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

/// Declares the system's allocator (`malloc` on Unix) as the global allocator
/// of this library or program.
///
/// Where a plugin and its host both do so and find the same `malloc`, a
/// `String` or `Vec` of scalars crosses without a copy. Since a program has
/// one global allocator at most, a second declaration does not compile: that
/// is the proof that memory may change hands. Without it everything works at
/// the price of one copy for each such value.
///
/// ```
/// plugin_interface::system_allocator!();
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! system_allocator {
    () => {
        const _: () = {
            #[global_allocator]
            static ALLOCATOR: $crate::__private::System = $crate::__private::System;

            $crate::__private::inventory::submit! {
                // SAFETY: declared above; a program has one at most.
                unsafe { $crate::__private::SystemAllocatorDeclared::new() }
            }
        };
    };
}

/// Frees what this side's global allocator allocated.
unsafe extern "C" fn free_here(ptr: *mut c_void, size: usize, align: usize) {
    // SAFETY: the other side passes back the size and alignment that the
    // buffer came with, so they made a layout before.
    unsafe {
        std::alloc::dealloc(ptr.cast(), Layout::from_size_align_unchecked(size, align));
    }
}

/// Frees what the system's allocator allocated, on whichever side.
unsafe extern "C" fn free_system(ptr: *mut c_void, size: usize, align: usize) {
    use std::alloc::{GlobalAlloc, System};
    // SAFETY: as in `free_here`; both sides' `System` is one `malloc`.
    unsafe {
        System.dealloc(ptr.cast(), Layout::from_size_align_unchecked(size, align));
    }
}

/// The `Free` to put into a buffer that leaves this side.
#[inline]
pub(crate) fn free_of_this_side() -> Free {
    let shared = SHARED.load(Ordering::Relaxed);
    if shared.is_null() {
        free_here
    } else {
        // SAFETY: only a `Free` is ever stored.
        unsafe { core::mem::transmute::<*mut c_void, Free>(shared) }
    }
}

/// Whether memory that `free` releases may become ours as it is.
#[inline]
pub(crate) fn is_shared(free: Free) -> bool {
    free as *mut c_void == SHARED.load(Ordering::Relaxed)
}

/// The address of the C library's `free`, by which two sides know that they
/// mean the same `malloc`; null where that cannot be known.
pub fn malloc_identity() -> *const c_void {
    #[cfg(unix)]
    {
        // SAFETY: the declaration is the C standard's.
        unsafe extern "C" {
            safe fn free(ptr: *mut c_void);
        }
        free as *const c_void
    }
    #[cfg(not(unix))]
    {
        core::ptr::null()
    }
}

fn declared() -> bool {
    inventory::iter::<SystemAllocatorDeclared>.into_iter().next().is_some()
}

/// The host's offer: its `Free`, if it declared the system's allocator.
pub fn offer() -> Option<Free> {
    if !declared() || malloc_identity().is_null() {
        return None;
    }
    SHARED.store(free_system as *mut c_void, Ordering::Relaxed);
    Some(free_system)
}

/// The plugin's answer: from here on it uses the host's `Free`, if both mean
/// the same `malloc`.
pub(crate) fn accept(offer: Option<Free>, identity: *const c_void) {
    let Some(free) = offer else { return };
    if declared() && !identity.is_null() && identity == malloc_identity() {
        SHARED.store(free as *mut c_void, Ordering::Relaxed);
    }
}
