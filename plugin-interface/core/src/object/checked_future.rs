//! The checked view of a future: a panic of its poll is an error.

use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::object::call_error::CallError;
use crate::runtime::failure::contain;

thread_local! {
    /// The number of checked polls that run on this thread.
    static CHECKED: Cell<u32> = const { Cell::new(0) };
    /// The error of the last panic in one. Without a destructor, since that would
    /// keep the library loaded.
    static LAST: Cell<Option<ManuallyDrop<Box<CallError>>>> = const { Cell::new(None) };
}

/// Returns `true` if a checked poll runs on this thread.
pub(super) fn is_checked() -> bool {
    CHECKED.get() > 0
}

/// Keeps an error that is about to become a panic, for the checked poll around it.
pub(super) fn remember(error: &CallError) {
    if is_checked() {
        drop(replace(Some(error.clone())));
    }
}

fn replace(error: Option<CallError>) -> Option<CallError> {
    let error = error.map(|error| ManuallyDrop::new(Box::new(error)));
    LAST.replace(error).map(|before| *ManuallyDrop::into_inner(before))
}

/// A future whose panics are errors: the checked view of a future that a plugin
/// returned.
///
/// The checked view of a method covers the call that returns a future. The plugin's
/// code runs later, in each poll. Without this, a panic there is a panic of the
/// task that polls.
///
/// After an error the future is dropped. The plugin stays usable. A panic of the
/// host's own code in the future is an error too, without a location.
///
/// # Panics
///
/// If it is polled again after it returned a value or an error.
///
/// ```
/// use plugin_interface::{BoxFuture, CallError, CheckedFuture};
/// # use std::task::{Context, Poll, Waker};
/// # fn block_on<T>(future: impl Future<Output = T>) -> T {
/// #     match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
///
/// let panics: BoxFuture<'_, u32> = Box::pin(async { panic!("not today") });
/// let answer = block_on(CheckedFuture::new(panics));
/// assert!(matches!(answer, Err(CallError::Panicked { message, .. }) if message == "not today"));
/// ```
#[must_use = "futures do nothing unless they are polled"]
pub struct CheckedFuture<F>(Option<F>);

impl<F: Future + Unpin> CheckedFuture<F> {
    /// Wraps a future, such as a [`BoxFuture`](crate::BoxFuture).
    pub fn new(future: F) -> Self {
        CheckedFuture(Some(future))
    }
}

impl<F: Future + Unpin> Future for CheckedFuture<F> {
    type Output = Result<F::Output, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.0 else { panic!("a checked future was polled after its end") };
        CHECKED.set(CHECKED.get() + 1);
        let polled = contain(|| Pin::new(future).poll(context));
        CHECKED.set(CHECKED.get() - 1);
        let last = replace(None);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => {
                self.0 = None;
                Poll::Ready(Ok(value))
            }
            Err(message) => {
                // A panic of its drop was reported.
                let _ = contain(|| self.0 = None);
                Poll::Ready(Err(error_of(message, last)))
            }
        }
    }
}

/// Returns the error of a panic: that of the call, if it became this panic.
fn error_of(message: String, last: Option<CallError>) -> CallError {
    let is_of_panic = |error: &CallError| match error {
        CallError::Panicked { message: of_call, .. } => *of_call == message,
        invalid => invalid.to_string() == message,
    };
    last.filter(is_of_panic).unwrap_or(CallError::Panicked {
        interface: "future",
        method: "poll",
        message,
        location: None,
    })
}

impl<F> fmt::Debug for CheckedFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedFuture").field("is_done", &self.0.is_none()).finish()
    }
}
