//! A function of C that `libffi` makes for a method, by the layouts of what that
//! takes and returns.
#![expect(unsafe_code, reason = "makes functions by layouts")]

use core::ffi::c_void;
use core::ptr::null_mut;

use libffi::low::{ffi_abi_FFI_DEFAULT_ABI, ffi_cif, prep_cif};
use libffi::raw::{
    ffi_closure, ffi_closure_alloc, ffi_closure_free, ffi_prep_closure_loc, ffi_status_FFI_OK,
    ffi_type,
};

use super::ffi_type::FfiTypes;
use crate::metadata::layout::Layout;

/// What a function does with a call: by the place of its method, the addresses of the
/// instance and of the arguments that have a size, and room for the outcome.
pub(super) type Answer = unsafe fn(usize, *mut *mut c_void, *mut u8);

/// A function of C. It is freed when this is dropped.
pub(super) struct Closure {
    closure: *mut ffi_closure,
    code: *mut c_void,
    #[expect(dead_code, reason = "the function has its address")]
    method: Box<(usize, Answer)>,
    #[expect(dead_code, reason = "the closure has its address")]
    cif: Box<ffi_cif>,
    #[expect(dead_code, reason = "`cif` refers to them")]
    types: (FfiTypes, Vec<*mut ffi_type>),
}

// SAFETY: nothing in it changes after it was made, and what it makes may be called by
// any thread.
unsafe impl Send for Closure {}
// SAFETY: as above.
unsafe impl Sync for Closure {}

impl Closure {
    /// Makes the function of the method at that place of its interface.
    ///
    /// # Panics
    ///
    /// If the system has no memory for functions, or `libffi` knows no calls of C on
    /// this platform.
    pub(super) fn new<'l>(
        (index, answer): (usize, Answer),
        parameters: impl Iterator<Item = &'l Layout>,
        outcome: &Layout,
    ) -> Self {
        let mut types = FfiTypes::default();
        // A value without a size is not passed.
        let passed = parameters.filter(|layout| layout.size > 0);
        let mut list = vec![FfiTypes::pointer()];
        list.extend(passed.map(|layout| types.of(layout)));
        let returns = types.of(outcome);
        let (mut cif, mut method) = (Box::new(ffi_cif::default()), Box::new((index, answer)));
        // SAFETY: the types and their list live as long as `cif`: in the closure.
        let prepared = unsafe {
            let abi = ffi_abi_FFI_DEFAULT_ABI;
            prep_cif(&raw mut *cif, abi, list.len(), returns, list.as_mut_ptr())
        };
        prepared.expect("libffi knows the calls of C on this platform");
        let mut code = null_mut();
        // SAFETY: room for a closure, which is freed when it is dropped.
        let closure = unsafe { ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) };
        let closure = closure.cast::<ffi_closure>();
        assert!(!closure.is_null(), "the system has no memory for a function");
        let user = (&raw mut *method).cast::<c_void>();
        // SAFETY: both were just allocated, `cif` and `method` live as long as the
        // closure, and `called` reads what `cif` describes.
        let status =
            unsafe { ffi_prep_closure_loc(closure, &raw mut *cif, Some(called), user, code) };
        let made = Closure { closure, code, method, cif, types: (types, list) };
        assert!(status == ffi_status_FFI_OK, "libffi makes functions on this platform");
        made
    }

    /// Returns the address of the function.
    pub(super) fn code(&self) -> *mut c_void {
        self.code
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        // SAFETY: allocated by `new`; the proxy that could call it is gone.
        unsafe { ffi_closure_free(self.closure.cast()) };
    }
}

/// What a function does.
///
/// # Safety
///
/// `libffi` calls it with the arguments of a call by the layouts of [`Closure::new`],
/// with room for the outcome, and with the method.
unsafe extern "C" fn called(
    _: *mut ffi_cif,
    outcome: *mut c_void,
    arguments: *mut *mut c_void,
    method: *mut c_void,
) {
    // SAFETY: the closure has it as long as it may be called.
    let (index, answer) = unsafe { *method.cast::<(usize, Answer)>() };
    // SAFETY: the contract of this function; whoever has the closure in a vtable says
    // what its callers pass.
    unsafe { answer(index, arguments, outcome.cast()) };
}
