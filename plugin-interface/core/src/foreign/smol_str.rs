//! `SmolStr`: text.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use smol_str::SmolStr;

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

converts_via! {
    impl [] SmolStr,
    via: String, at 'a: SmolStr,
    shape: Shape::Named("smol_str::SmolStr"),
    lower: text => text.into(),
    lift: text => Ok(text.into()),
}
