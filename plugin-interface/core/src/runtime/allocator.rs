//! Freeing of memory, and the agreement to pass memory without a copy.
#![expect(unsafe_code, reason = "frees memory for another library")]

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
    /// The global allocator is `std::alloc::System`, as the macro declares it.
    pub const unsafe fn new() -> Self {
        SystemAllocatorDeclared(())
    }
}

inventory::collect!(SystemAllocatorDeclared);

/// The `Free` that host and plugin agreed on, null until then.
static SHARED: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

/// Declares the system's allocator (`malloc` on Unix) as the global allocator
/// of this library or program.
///
/// If a plugin and its host both do so and use the same `malloc`, a `String` or
/// a `Vec` of scalars is passed without a copy. A program has at most one
/// global allocator, so a second declaration does not compile. That proves that
/// memory may change its owner. Without the declaration everything works, but
/// each such value is copied once.
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

/// Frees memory of this library's global allocator.
unsafe extern "C" fn free_here(ptr: *mut c_void, size: usize, align: usize) {
    // SAFETY: the receiver passes back the size and alignment that came with
    // the buffer, so they were a valid layout before.
    unsafe {
        std::alloc::dealloc(ptr.cast(), Layout::from_size_align_unchecked(size, align));
    }
}

/// Frees memory of the system's allocator, whichever library allocated it.
unsafe extern "C" fn free_system(ptr: *mut c_void, size: usize, align: usize) {
    use std::alloc::{GlobalAlloc, System};
    // SAFETY: as in `free_here`; `System` is the same `malloc` in both
    // libraries.
    unsafe {
        System.dealloc(ptr.cast(), Layout::from_size_align_unchecked(size, align));
    }
}

/// Returns the `Free` for a buffer that this library passes on.
#[inline]
pub fn free_of_this_library() -> Free {
    let shared = SHARED.load(Ordering::Relaxed);
    if shared.is_null() {
        free_here
    } else {
        // SAFETY: only a `Free` is ever stored.
        unsafe { core::mem::transmute::<*mut c_void, Free>(shared) }
    }
}

/// Returns `true` if this library may take over memory that `free` releases.
#[inline]
pub(crate) fn is_shared(free: Free) -> bool {
    free as *mut c_void == SHARED.load(Ordering::Relaxed)
}

/// Returns `true` if `free` releases memory of this library's global allocator, and is a
/// function of this library.
#[inline]
pub(crate) fn is_own(free: Free) -> bool {
    free as *mut c_void == free_here as *mut c_void
}

/// Returns the address of the C library's `free`, null if it is unknown.
///
/// Two libraries with the same address use the same `malloc`.
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

/// Returns the host's `Free`, if it declared the system's allocator.
pub fn offer() -> Option<Free> {
    if !declared() || malloc_identity().is_null() {
        return None;
    }
    SHARED.store(free_system as *mut c_void, Ordering::Relaxed);
    Some(free_system)
}

/// Makes this plugin use the host's `Free` from now on, if both use the same
/// `malloc`.
pub(crate) fn accept(offer: Option<Free>, identity: *const c_void) {
    let Some(free) = offer else { return };
    if declared() && !identity.is_null() && identity == malloc_identity() {
        SHARED.store(free as *mut c_void, Ordering::Relaxed);
    }
}
