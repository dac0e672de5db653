//! The reasons for which a value is not passed, and its place.

use core::fmt;

use serde_json::Value;

use super::error::DynamicError;

use crate::metadata::as_written;
use crate::metadata::layout::LayoutError;
use crate::metadata::signature::{Method, Type};

/// The reason for which a value is not passed.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is not of its type.
    Type { place: String, expected: String, found: String },
    /// Only a typed proxy can pass values of its type.
    Unsupported { ty: String, reason: &'static str },
    /// Its type has no layout.
    Layout(LayoutError),
}

impl From<LayoutError> for Refusal {
    fn from(error: LayoutError) -> Self {
        Refusal::Layout(error)
    }
}

impl Refusal {
    pub(super) fn of(expected: impl Into<String>, found: &Value, place: &Place<'_>) -> Self {
        let (place, expected) = (place.to_string(), expected.into());
        Refusal::Type { place, expected, found: shortened(found) }
    }

    pub(super) fn of_type(ty: &Type, found: &Value, place: &Place<'_>) -> Self {
        Refusal::of(as_written(&ty.to_string()), found, place)
    }

    pub(super) fn unsupported(ty: &Type, reason: &'static str) -> Self {
        Refusal::Unsupported { ty: as_written(&ty.to_string()), reason }
    }

    /// Refuses a method that consumes its instance, which others own here.
    pub(super) fn of_consuming(method: &Method) -> Result<(), Self> {
        let ty = Type::Other("self: Box<Self>".to_owned());
        match method.consumes {
            true => Err(Refusal::unsupported(&ty, "a call that consumes its instance")),
            false => Ok(()),
        }
    }

    /// Returns the error of the method with this signature.
    pub(super) fn of_method(self, signature: &str) -> DynamicError {
        let signature = as_written(signature);
        match self {
            Refusal::Type { place, expected, found } => {
                DynamicError::Type { signature, place, expected, found }
            }
            Refusal::Unsupported { ty, reason } => {
                DynamicError::Unsupported { signature, ty, reason }
            }
            Refusal::Layout(source) => DynamicError::Layout { signature, source },
        }
    }
}

/// Returns the begin of a value, for an error.
pub(super) fn shortened(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// The place of a value in the arguments of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'p> {
    /// A parameter.
    Parameter(&'p str),
    /// A field, a variant or the value of a key.
    Part(&'p Place<'p>, &'p str),
    /// An element.
    Element(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Parameter(name) => f.write_str(name),
            Place::Part(whole, name) => write!(f, "{whole}.{name}"),
            Place::Element(whole, index) => write!(f, "{whole}[{index}]"),
        }
    }
}
