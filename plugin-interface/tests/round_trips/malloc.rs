//! Wraps the C library's allocator, and counts its blocks.
#![expect(unsafe_code, reason = "defines functions of the C library")]

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static MADE: AtomicUsize = AtomicUsize::new(0);

/// Returns the number of live blocks.
pub(crate) fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Returns the number of allocations.
pub(crate) fn made() -> usize {
    MADE.load(Ordering::Relaxed)
}

fn count(block: *mut c_void) -> *mut c_void {
    if !block.is_null() {
        LIVE.fetch_add(1, Ordering::Relaxed);
        MADE.fetch_add(1, Ordering::Relaxed);
    }
    block
}

// glibc has these for programs that define the functions without underscores.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(align: usize, size: usize) -> *mut c_void;
    fn __libc_free(block: *mut c_void);
}

#[unsafe(no_mangle)]
extern "C" fn malloc(size: usize) -> *mut c_void {
    // SAFETY: takes any size.
    count(unsafe { __libc_malloc(size) })
}

#[unsafe(no_mangle)]
extern "C" fn calloc(number: usize, size: usize) -> *mut c_void {
    // SAFETY: takes any sizes.
    count(unsafe { __libc_calloc(number, size) })
}

/// Resizes a block, which stays one block.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if block.is_null() {
        return malloc(size);
    }
    // SAFETY: the caller's block.
    let grown = unsafe { __libc_realloc(block, size) };
    if grown.is_null() && size == 0 {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
    grown
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, align: usize, size: usize) -> c_int {
    // SAFETY: takes any power of two, as the caller has it.
    let block = count(unsafe { __libc_memalign(align, size) });
    if block.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller wants it there.
    unsafe { out.write(block) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
    // SAFETY: takes any power of two, as the caller has it.
    count(unsafe { __libc_memalign(align, size) })
}

#[unsafe(no_mangle)]
extern "C" fn memalign(align: usize, size: usize) -> *mut c_void {
    aligned_alloc(align, size)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    if !block.is_null() {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's block.
        unsafe { __libc_free(block) };
    }
}
