//! `Url`: its text, which the receiver parses.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use url::Url;

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

converts_via! {
    impl [] Url,
    via: String, at 'a: Url,
    shape: Shape::Named("url::Url"),
    lower: url => url.into(),
    lift: text => Url::parse(&text)
        .map_err(|_| LiftError::Refused("a url::Url must be an absolute URL")),
}
