//! `CompactString`: text.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use compact_str::CompactString;

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

converts_via! {
    impl [] CompactString,
    via: String, at 'a: CompactString,
    shape: Shape::Named("compact_str::CompactString"),
    lower: text => text.into(),
    lift: text => Ok(text.into()),
}
