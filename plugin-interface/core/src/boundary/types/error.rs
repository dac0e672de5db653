//! `Box<dyn Error + Send + Sync>`: the texts of an error and of its causes.
//! What arrives is a value of the receiver's own, and outlives the library.
#![expect(unsafe_code, reason = "implementations of FfiSafe vouch for layouts")]

use core::error::Error;
use core::fmt;

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

/// So many causes are told: a chain may be a circle.
const CAUSES: usize = 64;

/// An error of the other side, in words.
struct ReceivedError {
    message: String,
    cause: Option<Box<ReceivedError>>,
}

impl fmt::Display for ReceivedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What `main` prints: the message, then each cause.
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

converts_via! {
    impl [] Box<dyn Error + Send + Sync>,
    via: Vec<String>, at 'a: Box<dyn Error + Send + Sync>,
    shape: Shape::Apply("Box", &[&Shape::Named("dyn Error + Send + Sync")]),
    lower: error => {
        let first: &(dyn Error + 'static) = &*error;
        let causes = core::iter::successors(Some(first), |&error| error.source());
        causes.take(1 + CAUSES).map(ToString::to_string).collect()
    },
    lift: messages => {
        let told = messages.into_iter().rev().fold(None, |cause, message| {
            Some(Box::new(ReceivedError { message, cause }))
        });
        told.map(|told| told as _).ok_or(LiftError::NoMessage)
    },
}
