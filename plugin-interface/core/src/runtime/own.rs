//! The question whether an address is in this very library.
#![cfg_attr(unix, expect(unsafe_code, reason = "asks the dynamic linker"))]

use core::ffi::c_void;

/// Returns `true` if an address is in the library or program that contains this
/// code; `true` too where the system cannot tell.
///
/// The standard library may be one of its own, which others use too. Then this
/// library must neither set its panic hook nor claim its thread exits.
#[cfg(unix)]
pub(crate) fn is_own(address: *const c_void) -> bool {
    static HERE: u8 = 0;
    let here = begin((&raw const HERE).cast());
    !here.is_null() && begin(address) == here
}

#[cfg(not(unix))]
pub(crate) fn is_own(_: *const c_void) -> bool {
    true
}

/// Returns where the library that contains an address begins; null if no
/// library does.
#[cfg(unix)]
fn begin(address: *const c_void) -> *const c_void {
    // `Dl_info`: the path, the begin, the name and address of a symbol.
    type Info = [*const c_void; 4];
    // SAFETY: the declaration is that of POSIX.
    unsafe extern "C" {
        fn dladdr(address: *const c_void, info: *mut Info) -> core::ffi::c_int;
    }
    let mut info: Info = [core::ptr::null(); 4];
    // SAFETY: any address may be asked for, and the answer goes to `info`.
    match unsafe { dladdr(address, &mut info) } {
        0 => core::ptr::null(),
        _ => info[1],
    }
}
