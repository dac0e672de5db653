//! The call of a method, whose types are known by their layouts only.
#![expect(unsafe_code, reason = "calls functions by the layouts of their arguments")]

use core::ffi::c_void;
use core::fmt;
use core::hint::black_box;
use core::mem::MaybeUninit;
use core::ptr::null_mut;

use libffi::low::{
    CodePtr, call_return_into, ffi_abi_FFI_DEFAULT_ABI, ffi_cif, ffi_type, prep_cif,
};

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
    let layouts = arguments.iter().map(|argument| argument.layout);
    let prepared = Prepared::new(layouts, outcome.0);
    let values = arguments.iter().map(|argument| argument.at);
    // SAFETY: the contract of this function.
    unsafe { prepared.call(function, instance, values, outcome.1) };
}

/// The types of a method that is ready to be called any number of times.
pub(super) struct Prepared {
    cif: Box<ffi_cif>,
    /// States of each parameter whether it is passed: a value without a size is not.
    is_passed: Vec<bool>,
    /// `true` if all arguments fit in the last page that the stack has.
    is_small: bool,
    #[expect(dead_code, reason = "`cif` refers to them")]
    types: (FfiTypes, Vec<*mut ffi_type>),
}

// SAFETY: nothing in it changes after it was made, and a call only reads it.
unsafe impl Send for Prepared {}
// SAFETY: as above.
unsafe impl Sync for Prepared {}

impl Prepared {
    /// # Panics
    ///
    /// If `libffi` knows no calls of C on this platform.
    pub(super) fn new<'l>(parameters: impl Iterator<Item = &'l Layout>, outcome: &Layout) -> Self {
        /// Less than a page, with what a call needs besides.
        const SMALL: usize = 1024;
        let mut types = FfiTypes::default();
        let (mut is_passed, mut size) = (Vec::new(), 0);
        let mut list = vec![FfiTypes::pointer()];
        for layout in parameters {
            size += layout.size;
            is_passed.push(layout.size > 0);
            if layout.size > 0 {
                list.push(types.of(layout));
            }
        }
        let returns = types.of(outcome);
        let mut cif = Box::new(ffi_cif::default());
        // SAFETY: the types and their list live as long as `cif`: in this.
        let prepared = unsafe {
            let abi = ffi_abi_FFI_DEFAULT_ABI;
            prep_cif(&raw mut *cif, abi, list.len(), returns, list.as_mut_ptr())
        };
        prepared.expect("libffi knows the calls of C on this platform");
        Prepared { cif, is_passed, is_small: size <= SMALL, types: (types, list) }
    }

    /// Calls the method. Its outcome is written to `outcome`.
    ///
    /// # Safety
    ///
    /// That of [`invoke`], with the layouts of `new`.
    pub(super) unsafe fn call(
        &self,
        function: *const c_void,
        mut instance: *mut Opaque,
        arguments: impl Iterator<Item = *mut u8>,
        outcome: *mut u8,
    ) {
        if !self.is_small {
            reach_stack();
        }
        /// The most arguments whose addresses take no memory.
        const FEW: usize = 8;
        let (mut few, mut many) = ([null_mut::<c_void>(); 1 + FEW], Vec::new());
        let values = match self.is_passed.len() {
            ..=FEW => &mut few[..],
            count => {
                many.resize(1 + count, null_mut());
                &mut many[..]
            }
        };
        values[0] = (&raw mut instance).cast();
        let passed = arguments.zip(&self.is_passed).filter(|(_, is_passed)| **is_passed);
        let places = values[1..].iter_mut().zip(passed);
        places.for_each(|(place, (at, _))| *place = at.cast());
        let cif = (&raw const *self.cif).cast_mut();
        let function = CodePtr::from_ptr(function);
        // SAFETY: the types describe the function (condition 1), and the values are of
        // these types (condition 2); the rest is condition 3. A call only reads `cif`.
        unsafe { call_return_into(cif, function, values.as_mut_ptr(), outcome.cast()) };
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("is_passed", &self.is_passed).finish_non_exhaustive()
    }
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
