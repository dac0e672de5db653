//! A failure that another library reported.
#![expect(unsafe_code, reason = "reads and frees memory of another library")]

use std::borrow::Cow;

use crate::abi::{Failure, FailureKind, RawSlice};
use crate::runtime::panic_location::PanicLocation;

/// An owned failure of another library, freed by its own function after
/// reading.
///
/// It has no `Drop`, which would cost instructions in every call. So a failure
/// that is never read is leaked.
#[derive(Debug)]
pub(crate) struct Reported(*mut Failure);

impl Reported {
    /// # Safety
    ///
    /// `failure` is an owned failure; it is not used again.
    #[inline]
    pub(crate) unsafe fn new(failure: *mut Failure) -> Self {
        Reported(failure)
    }

    /// Returns the reason.
    pub(crate) fn kind(&self) -> FailureKind {
        // SAFETY: owned, so alive until `read` frees it.
        unsafe { (*self.0).kind }
    }

    /// Returns the message, and the location if it is known.
    pub(crate) fn read(self) -> (String, Option<PanicLocation>) {
        // SAFETY: owned, so alive until it is freed below.
        let Failure { message, file, line, column, free, .. } = unsafe { &*self.0 };
        // SAFETY: its texts live as long as the failure.
        let (message, file) = unsafe { (text_of(*message), text_of(*file)) };
        let (message, file) = (message.into_owned(), file.into_owned());
        let location = PanicLocation::known(file, *line, *column);
        // SAFETY: owned, so freed here and once, as this consumes `self`.
        unsafe { free(self.0) };
        (message, location)
    }
}

/// Reads a failure's message and frees the failure.
///
/// # Safety
///
/// `failure` is an owned failure; it is not used again.
pub unsafe fn take_message(failure: *mut Failure) -> String {
    // SAFETY: the same contract.
    unsafe { Reported::new(failure) }.read().0
}

/// Reads a failure's message and its location, if that is known, and frees the
/// failure.
///
/// # Safety
///
/// `failure` is an owned failure; it is not used again.
pub unsafe fn take_report(failure: *mut Failure) -> (String, Option<PanicLocation>) {
    // SAFETY: the same contract.
    unsafe { Reported::new(failure) }.read()
}

/// Reads text of another library.
///
/// # Safety
///
/// `raw` is empty or points to `len` bytes that live as long as `'a`.
pub unsafe fn text_of<'a>(raw: RawSlice) -> Cow<'a, str> {
    if raw.len == 0 || raw.ptr.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: the contract of this function.
    String::from_utf8_lossy(unsafe { core::slice::from_raw_parts(raw.ptr.cast(), raw.len) })
}
