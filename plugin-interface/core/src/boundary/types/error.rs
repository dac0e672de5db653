//! `Box<dyn Error>`, with and without `Send` and `Sync`: passed as the texts of an
//! error and its causes. The receiver creates an error of its own, which
//! outlives the library.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::error::Error;
use core::fmt;

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

/// The maximum number of causes that are passed: a chain may be a circle.
const CAUSES: usize = 64;

/// The texts of an error of another library.
struct ReceivedError {
    message: String,
    cause: Option<Box<ReceivedError>>,
}

impl fmt::Display for ReceivedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Prints the message, then each cause, as `main` does for an error.
impl fmt::Debug for ReceivedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause:?}"),
            None => Ok(()),
        }
    }
}

impl Error for ReceivedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Returns the texts of an error and its causes.
pub(crate) fn messages<'e>(error: &'e (dyn Error + 'e)) -> Vec<String> {
    let causes = core::iter::successors(Some(error), |&error| error.source().map(|of| of as _));
    causes.take(1 + CAUSES).map(ToString::to_string).collect()
}

/// Returns the error with these texts. Without any there is none.
#[inline]
pub(crate) fn received(messages: Vec<String>) -> Option<Box<dyn Error + Send + Sync>> {
    let error = messages
        .into_iter()
        .rev()
        .fold(None, |cause, message| Some(Box::new(ReceivedError { message, cause })));
    error.map(|error| error as _)
}

converts_via! {
    impl [] Box<dyn Error + Send + Sync>,
    via: Vec<String>, at 'a: Box<dyn Error + Send + Sync>,
    shape: Shape::Apply("Box", &[&Shape::Named("dyn Error + Send + Sync")]),
    lower: error => messages(&*error),
    lift: messages => received(messages).ok_or(LiftError::NoMessage),
}

converts_via! {
    impl [] Box<dyn Error + Send>,
    via: Vec<String>, at 'a: Box<dyn Error + Send>,
    shape: Shape::Apply("Box", &[&Shape::Named("dyn Error + Send")]),
    lower: error => messages(&*error),
    lift: messages => match received(messages) {
        Some(error) => Ok(error),
        None => Err(LiftError::NoMessage),
    },
}

converts_via! {
    impl [] Box<dyn Error>,
    via: Vec<String>, at 'a: Box<dyn Error>,
    shape: Shape::Apply("Box", &[&Shape::Named("dyn Error")]),
    lower: error => messages(&*error),
    lift: messages => match received(messages) {
        Some(error) => Ok(error),
        None => Err(LiftError::NoMessage),
    },
}
