//! `*mut c_void` and `*const c_void`: the address of something that only its owner
//! knows, such as a window of the system. Whoever uses it writes `unsafe`.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::ffi::c_void;

use crate::boundary::{ByCopy, Content, FfiSafe, LiftError, Origin, Shape, returned_as_wire};

macro_rules! addresses {
    ($($address:ty: $name:literal;)*) => {$(
        // SAFETY: an address, which lifting does not read.
        unsafe impl FfiSafe for $address {
            type Wire = $address;
            type At<'a> = $address;
            type ByRef = ByCopy;
            const SHAPE: &'static Shape = &Shape::Named($name);

            #[inline]
            fn lower(self) -> $address {
                self
            }

            #[inline]
            unsafe fn lift<'a>(wire: $address, _: Origin) -> Result<Self::At<'a>, LiftError> {
                Ok(wire)
            }

            #[inline]
            unsafe fn content(wire: $address, content: &mut Content) {
                content.number(wire.addr());
            }

            returned_as_wire!();
        }
    )*};
}

addresses! {
    *const c_void: "*const c_void";
    *mut c_void: "*mut c_void";
}
