//! A failure that the other side reported.
#![expect(unsafe_code, reason = "reads and frees what the other side allocated")]

use core::ptr::NonNull;
use std::borrow::Cow;

use crate::abi::{Failure, RawSlice};
use crate::call_error::PanicLocation;

/// An owned failure of the other side, freed by it when dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reported(NonNull<Failure>);

impl Reported {
    /// # Safety
    ///
    /// `failure` is an owned failure; it is not used again.
    pub(crate) unsafe fn new(failure: *mut Failure) -> Self {
        // SAFETY: an owned failure is alive, so not null.
        Reported(unsafe { NonNull::new_unchecked(failure) })
    }

    fn failure(&self) -> &Failure {
        // SAFETY: owned, so alive until the drop below.
        unsafe { self.0.as_ref() }
    }

    /// Why there is no value.
    pub(crate) fn message(&self) -> String {
        // SAFETY: its texts live as long as the failure.
        unsafe { text_of(self.failure().message) }.into_owned()
    }

    /// Where it happened, if that is known.
    pub(crate) fn location(&self) -> Option<PanicLocation> {
        let Failure { file, line, column, .. } = *self.failure();
        // SAFETY: its texts live as long as the failure.
        let file = unsafe { text_of(file) }.into_owned();
        (!file.is_empty()).then_some(PanicLocation { file, line, column })
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        let free = self.failure().free;
        // SAFETY: owned, so freed here and once.
        unsafe { free(self.0.as_ptr()) };
    }
}

/// Reads a failure's message and frees the failure.
///
/// # Safety
///
/// `failure` is an owned failure; it is not used again.
#[cfg(feature = "manager")]
pub(crate) unsafe fn take_message(failure: *mut Failure) -> String {
    // SAFETY: the same contract.
    unsafe { Reported::new(failure) }.message()
}

/// Reads text that another library lends.
///
/// # Safety
///
/// `raw` is empty or leads to `len` bytes that live as long as `'a`.
pub(crate) unsafe fn text_of<'a>(raw: RawSlice) -> Cow<'a, str> {
    if raw.len == 0 || raw.ptr.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: the contract of this function.
    String::from_utf8_lossy(unsafe { core::slice::from_raw_parts(raw.ptr.cast(), raw.len) })
}
