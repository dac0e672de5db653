//! The parameters of generic types, within their definitions.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

/// A placeholder for a parameter of a generic type, within its definition.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parameter<const NUMBER: usize>;

converts_via! {
    impl [const NUMBER: usize] Parameter<NUMBER>,
    via: (), at 'a: Parameter<NUMBER>,
    shape: Shape::Parameter(NUMBER),
    lower: _ => (),
    lift: () => Ok(Parameter),
}
