//! `Uuid`: its 16 bytes, in the order in which they are printed.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use uuid::Uuid;

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

converts_via! {
    impl [] Uuid,
    via: [u8; 16], at 'a: Uuid,
    shape: Shape::Named("uuid::Uuid"),
    lower: uuid => uuid.into_bytes(),
    lift: bytes => Ok(Uuid::from_bytes(bytes)),
}
