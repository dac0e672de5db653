//! The errors of calls by descriptor.

use core::fmt;
use std::error::Error;

use crate::PanicLocation;
use crate::host::error::{ProxyError, debug_as_message};
use crate::metadata::layout::LayoutError;

/// The error of a method that was called by its name.
///
/// With [`Panicked`](Self::Panicked) and [`Invalid`](Self::Invalid) the method
/// ran. With any other, nothing was called.
///
/// Feature `dynamic`.
///
/// ```
/// use plugin_interface::dynamic::DynamicError;
///
/// let error = DynamicError::Arity {
///     signature: "fn apply(&self, text: &str) -> String".into(),
///     expected: 1,
///     found: 2,
/// };
/// assert_eq!(
///     error.to_string(),
///     "fn apply(&self, text: &str) -> String: expected 1 argument, found 2"
/// );
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DynamicError {
    /// The instance cannot be called now, or not at all.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The library does not describe the methods of the interface.
    #[error(
        "{interface}: expected a list of its methods in the metadata, found none; call it through a typed proxy"
    )]
    NotDescribed {
        /// The interface.
        interface: String,
    },
    /// The interface has no such method.
    #[error("{interface} has no method `{method}`; it has {}", list(methods))]
    NoMethod {
        /// The interface.
        interface: String,
        /// The name.
        method: String,
        /// The names of its methods.
        methods: Vec<String>,
    },
    /// The arguments are not a sequence of values.
    #[error("expected a tuple or a list of arguments, found {found}")]
    Arguments {
        /// The value, or the error of its serialization.
        found: String,
    },
    /// There are more or fewer arguments than the method takes.
    #[error("{signature}: expected {expected} argument{}, found {found}", plural(*expected))]
    Arity {
        /// The signature.
        signature: String,
        /// The number of its parameters.
        expected: usize,
        /// The number of arguments.
        found: usize,
    },
    /// An argument, or a part of one, is not of its type.
    #[error("{signature}: `{place}`: expected {expected}, found {found}")]
    Type {
        /// The signature.
        signature: String,
        /// The place of the value, such as `points[1].x`.
        place: String,
        /// The type.
        expected: String,
        /// The value.
        found: String,
    },
    /// The method takes or returns something that only a typed proxy can pass.
    #[error("{signature}: {reason}: `{ty}`; call it through a typed proxy")]
    Unsupported {
        /// The signature.
        signature: String,
        /// The type.
        ty: String,
        /// The reason.
        reason: &'static str,
    },
    /// A type of the signature has no layout.
    #[error("{signature}: {source}")]
    Layout {
        /// The signature.
        signature: String,
        /// The reason.
        source: LayoutError,
    },
    /// A method with `&mut self` was called during another call, or while an
    /// object exists that borrows from the instance, or through an `Arc`.
    #[error("{signature}: the instance is borrowed; {reason}")]
    Borrowed {
        /// The signature.
        signature: String,
        /// What to do.
        reason: &'static str,
    },
    /// The method panicked; the plugin stays usable.
    #[error("{interface}::{method} panicked{}: {message}", at(location))]
    Panicked {
        /// The name of the interface.
        interface: String,
        /// The method.
        method: String,
        /// The panic message.
        message: String,
        /// The location in the plugin's source, if it is known.
        location: Option<PanicLocation>,
    },
    /// The method returned an invalid value.
    #[error("{interface}::{method}: the plugin returned an invalid value: {reason}")]
    Invalid {
        /// The name of the interface.
        interface: String,
        /// The method.
        method: String,
        /// The reason, with the expected and the found value.
        reason: String,
    },
}

debug_as_message!(DynamicError);

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn at(location: &Option<PanicLocation>) -> String {
    location.as_ref().map(|location| format!(" at {location}")).unwrap_or_default()
}
