//! Paths and the platform's strings: any bytes on Unix; UTF-8 on other
//! platforms.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

#[cfg(unix)]
mod platform {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use crate::boundary::LiftError;

    pub(crate) fn bytes(text: &OsStr) -> &[u8] {
        text.as_bytes()
    }

    pub(crate) fn into_bytes(text: OsString) -> Vec<u8> {
        text.into_vec()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<&OsStr, LiftError> {
        Ok(OsStr::from_bytes(bytes))
    }

    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<OsString, LiftError> {
        Ok(OsString::from_vec(bytes))
    }
}

// Each standard library has its own encoding of an `OsStr`. UTF-8 is the one
// that all of them can convert.
#[cfg(not(unix))]
mod platform {
    use std::ffi::{OsStr, OsString};

    use crate::boundary::LiftError;

    const UNICODE: &str = "a path must be Unicode to be passed on this platform";

    pub(crate) fn bytes(text: &OsStr) -> &[u8] {
        text.to_str().expect(UNICODE).as_bytes()
    }

    pub(crate) fn into_bytes(text: OsString) -> Vec<u8> {
        text.into_string().expect(UNICODE).into_bytes()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<&OsStr, LiftError> {
        let text = core::str::from_utf8(bytes);
        text.map(OsStr::new).map_err(|error| LiftError::Text(error.valid_up_to()))
    }

    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<OsString, LiftError> {
        let text = String::from_utf8(bytes);
        text.map(Into::into).map_err(|error| LiftError::Text(error.utf8_error().valid_up_to()))
    }
}

converts_via! {
    impl ['b] &'b OsStr,
    via: &'b [u8], at 'a: &'a OsStr,
    shape: Shape::Ref(&Shape::Named("OsStr")),
    lower: text => platform::bytes(text),
    lift: bytes => platform::from_bytes(bytes),
}

converts_via! {
    impl [] OsString,
    via: Vec<u8>, at 'a: OsString,
    shape: Shape::Named("OsString"),
    lower: text => platform::into_bytes(text),
    lift: bytes => platform::from_vec(bytes),
}

converts_via! {
    impl ['b] &'b Path,
    via: &'b OsStr, at 'a: &'a Path,
    shape: Shape::Ref(&Shape::Named("Path")),
    lower: path => path.as_os_str(),
    lift: text => Ok(Path::new(text)),
}

converts_via! {
    impl [] PathBuf,
    via: OsString, at 'a: PathBuf,
    shape: Shape::Named("PathBuf"),
    lower: path => path.into_os_string(),
    lift: text => Ok(text.into()),
}
