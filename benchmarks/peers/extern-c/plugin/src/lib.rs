//! Functions with the ABI of C, found by their names: what one writes without
//! any crate. Ownership and panics are the author's own affair.

use std::ffi::c_void;

/// # Safety
///
/// `values` leads to `len` values.
unsafe fn slice<'a, T>(values: *const T, len: usize) -> &'a [T] {
    // SAFETY: the contract of this function.
    unsafe { std::slice::from_raw_parts(values, len) }
}

#[unsafe(no_mangle)]
pub extern "C" fn add(a: u64, b: u64) -> u64 {
    workload::add(a, b)
}

/// # Safety
///
/// `values` leads to `len` values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sum(values: *const u64, len: usize) -> u64 {
    // SAFETY: the contract of this function.
    workload::sum(unsafe { slice(values, len) })
}

/// # Safety
///
/// `text` leads to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn len(text: *const u8, len: usize) -> usize {
    // SAFETY: the contract of this function.
    unsafe { slice(text, len) }.len()
}

/// # Safety
///
/// `page` leads to `len` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fill(page: *mut u8, len: usize, value: u8) {
    // SAFETY: the contract of this function.
    workload::fill(unsafe { std::slice::from_raw_parts_mut(page, len) }, value);
}

/// Returns 0 and writes the half, or returns 1.
///
/// # Safety
///
/// `half` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halve(value: u64, half: *mut u64) -> i32 {
    match workload::halve(value) {
        Ok(value) => {
            // SAFETY: the contract of this function.
            unsafe { *half = value };
            0
        }
        Err(_) => 1,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn stamp() -> u64 {
    workload::stamp()
}

#[repr(C)]
pub struct Reading {
    pub at: u64,
    pub value: f64,
    pub unit: u32,
    pub other: u32,
}

#[unsafe(no_mangle)]
pub extern "C" fn convert(reading: Reading) -> Reading {
    let (at, value) = workload::convert(reading.at, reading.value);
    Reading { at, value, ..reading }
}

type Answer = unsafe extern "C" fn(context: *const c_void, question: u64) -> u64;

/// # Safety
///
/// `answer` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ask(answer: Answer, context: *const c_void, question: u64) -> u64 {
    // SAFETY: the contract of this function.
    workload::ask(question, |question| unsafe { answer(context, question) })
}
