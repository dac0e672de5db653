//! `anyhow::Error`: the texts of the error and its causes, as `Box<dyn Error>`.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::error::Error;

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

converts_via! {
    impl [] anyhow::Error,
    via: Box<dyn Error + Send + Sync>, at 'a: anyhow::Error,
    shape: Shape::Named("anyhow::Error"),
    lower: error => error.into(),
    lift: error => Ok::<_, LiftError>(anyhow::Error::from_boxed(error)),
}
