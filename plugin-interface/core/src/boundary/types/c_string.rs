//! `CString` and `&CStr`: the bytes with the zero at their end.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::ffi::{CStr, CString};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

const ZERO: LiftError = LiftError::Refused("a C string has no zero but the one at its end");

converts_via! {
    impl [] CString,
    via: Vec<u8>, at 'a: CString,
    shape: Shape::Named("CString"),
    lower: text => text.into_bytes_with_nul(),
    lift: bytes => CString::from_vec_with_nul(bytes).map_err(|_| ZERO),
}

converts_via! {
    impl ['b] &'b CStr,
    via: &'b [u8], at 'a: &'a CStr,
    shape: Shape::Ref(&Shape::Named("CStr")),
    lower: text => text.to_bytes_with_nul(),
    lift: bytes => CStr::from_bytes_with_nul(bytes).map_err(|_| ZERO),
}
