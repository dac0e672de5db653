//! The call of a method, whose types are known by their layouts only.
#![expect(unsafe_code, reason = "calls functions by the layouts of their arguments")]

use core::ffi::c_void;
use core::hint::black_box;
use core::mem::MaybeUninit;

use libffi::low::{CodePtr, call_return_into, ffi_abi_FFI_DEFAULT_ABI, ffi_cif, prep_cif};

use super::ffi_type::FfiTypes;
use crate::abi::Opaque;
use crate::metadata::layout::Layout;

/// The most bytes of the arguments of one call, which lie on the stack.
pub(super) const LARGEST: usize = 1 << 16;

/// An argument in memory.
pub(super) struct Argument<'l> {
    pub(super) layout: &'l Layout,
    pub(super) at: *mut u8,
}

/// Calls a method. Its outcome is written to `outcome`.
///
/// # Panics
///
/// If `libffi` knows no calls of C on this platform.
///
/// # Safety
///
/// 1. `function` is a method of `instance` that takes arguments of these layouts
///    and returns an outcome of that layout.
/// 2. The memory of each argument has a value of its layout, of [`LARGEST`] bytes
///    together. That of `outcome` has the size and alignment of its layout.
/// 3. The conditions of the method itself are met, as by a typed proxy.
pub(super) unsafe fn invoke(
    function: *const c_void,
    instance: *mut Opaque,
    arguments: &[Argument<'_>],
    outcome: (&Layout, *mut u8),
) {
    reach_stack();
    let mut types = FfiTypes::default();
    // A value without a size is not passed.
    let passed = || arguments.iter().filter(|argument| argument.layout.size > 0);
    let mut parameters = vec![FfiTypes::pointer()];
    parameters.extend(passed().map(|argument| types.of(argument.layout)));
    let returns = types.of(outcome.0);
    let mut instance = instance;
    let mut values: Vec<*mut c_void> = vec![(&raw mut instance).cast()];
    values.extend(passed().map(|argument| argument.at.cast::<c_void>()));
    let mut cif = MaybeUninit::<ffi_cif>::zeroed();
    let (cif, count) = (cif.as_mut_ptr(), parameters.len());
    // SAFETY: the types live until the end of this function, and so do the lists.
    let prepared =
        unsafe { prep_cif(cif, ffi_abi_FFI_DEFAULT_ABI, count, returns, parameters.as_mut_ptr()) };
    prepared.expect("libffi knows the calls of C on this platform");
    let function = CodePtr::from_ptr(function);
    // SAFETY: the types describe the function (condition 1), and the values are of
    // these types (condition 2); the rest is condition 3.
    unsafe { call_return_into(cif, function, values.as_mut_ptr(), outcome.1.cast()) };
}

/// Overflows the stack where its end is too close.
///
/// `libffi` puts the arguments on the stack without a look at each page of it, so
/// large ones might lie beyond the page that catches an overflow. The compiler
/// looks at each page of this array.
#[inline(never)]
fn reach_stack() {
    black_box(&mut [MaybeUninit::<u8>::uninit(); 4 * LARGEST]);
}
