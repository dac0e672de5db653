//! Panics and errors in the form in which a call reports them.
#![expect(unsafe_code, reason = "the caller frees through a pointer")]

use core::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{Failure, FailureKind, RawSlice};
use crate::runtime::panic_location;
use crate::runtime::panic_location::{PanicLocation, SourceLocation};

/// A failure and the texts that it points to.
#[repr(C)]
struct OwnedFailure {
    failure: Failure,
    /// Leaked in `new`, freed in `free`.
    text: *mut str,
    location: SourceLocation,
}

unsafe extern "C" fn free(failure: *mut Failure) {
    // SAFETY: `new` returned the address of the first field of a boxed
    // `OwnedFailure`, and the caller frees it once.
    let owned = unsafe { Box::from_raw(failure.cast::<OwnedFailure>()) };
    // SAFETY: leaked from a box, and freed with its failure.
    drop(unsafe { Box::from_raw(owned.text) });
}

/// Allocates a failure that the caller reads and frees.
#[cold]
pub(crate) fn new(kind: FailureKind, text: String, location: SourceLocation) -> *mut Failure {
    let len = text.len();
    let text = Box::into_raw(text.into_boxed_str());
    let message = RawSlice { ptr: text.cast_const().cast(), len };
    let SourceLocation { line, column, .. } = location;
    let file = RawSlice::of::<u8>(&[]);
    let failure = Failure { kind, line, column, reserved: 0, message, file, free };
    let owned = Box::into_raw(Box::new(OwnedFailure { failure, text, location }));
    // SAFETY: boxed a line ago; the file's name lives in it until `free`.
    unsafe { (*owned).failure.file = RawSlice::of((*owned).location.file()) };
    owned.cast()
}

/// Allocates the failure of a request that was refused.
#[cold]
pub fn refused(kind: FailureKind, message: String) -> *mut Failure {
    new(kind, message, SourceLocation::UNKNOWN)
}

/// Allocates the failure of a panic that was reported already.
#[cold]
pub fn panicked(message: String, location: Option<&PanicLocation>) -> *mut Failure {
    let location = location.map_or(SourceLocation::UNKNOWN, SourceLocation::of_reported);
    new(FailureKind::PANIC, message, location)
}

/// Turns a panic's payload into a failure.
#[cold]
pub(crate) fn of_panic(payload: Box<dyn Any + Send>) -> *mut Failure {
    let (text, location) = (message_of(&*payload).to_owned(), panic_location::take());
    discard(payload);
    new(FailureKind::PANIC, text, location)
}

/// Runs code that may panic. Returns the message of its panic.
///
/// The state that it leaves behind must be valid, as after each caught panic.
pub fn contain<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let message = message_of(&*payload).to_owned();
        discard(payload);
        message
    })
}

/// Returns the text of a panic's payload, as the default hook prints it.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "Box<dyn Any>"
    }
}

/// Drops a payload, also if its own drop panics.
///
/// The payload of that panic may panic in its drop again. After eight of them
/// the last one is leaked.
pub(crate) fn discard(mut payload: Box<dyn Any + Send>) {
    for _ in 0..8 {
        match catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            Ok(()) => return,
            Err(next) => payload = next,
        }
    }
    core::mem::forget(payload);
}
