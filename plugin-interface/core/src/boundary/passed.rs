//! How a whole parameter is passed: as its wire, or as the address of it.
#![expect(unsafe_code, reason = "a wire may be behind a pointer")]

use crate::abi::RawBorrowed;
use crate::boundary::{LiftError, Origin};

/// The slot of a parameter, which decides how its wire is passed.
#[doc(hidden)]
pub trait PassedBy<W> {
    type Passed: PassedWire<W>;
}

impl<W: Copy> PassedBy<W> for () {
    type Passed = W;
}

/// The layout of a parameter whose wire is a `W`.
#[doc(hidden)]
pub trait PassedWire<W>: Copy {
    /// Returns the parameter for a wire, which stays in its place until the call
    /// returns.
    fn pass(wire: &W) -> Self;

    /// Returns the wire of a parameter.
    ///
    /// # Safety
    ///
    /// It came from `pass`, and the call has not returned. If the origin is foreign,
    /// it obeys the documented layout instead.
    unsafe fn wire(&self, origin: Origin) -> Result<&W, LiftError>;
}

impl<W: Copy> PassedWire<W> for W {
    #[inline(always)]
    fn pass(wire: &W) -> W {
        *wire
    }

    #[inline(always)]
    unsafe fn wire(&self, _: Origin) -> Result<&W, LiftError> {
        Ok(self)
    }
}

// A struct of five words would be copied to the arguments in pieces that are not those
// in which it was just written. A processor waits for that as long as for all the rest
// of the call.
impl PassedWire<RawBorrowed> for *const RawBorrowed {
    #[inline(always)]
    fn pass(wire: &RawBorrowed) -> Self {
        wire
    }

    #[inline(always)]
    unsafe fn wire(&self, origin: Origin) -> Result<&RawBorrowed, LiftError> {
        if origin.is_foreign() && self.is_null() {
            return Err(LiftError::Null);
        }
        if origin.is_foreign() && !self.is_aligned() {
            return Err(LiftError::Alignment(self.addr()));
        }
        // SAFETY: the contract of this function.
        Ok(unsafe { &**self })
    }
}

/// Returns the parameter for a wire.
#[doc(hidden)]
#[inline(always)]
pub fn pass<W, P: PassedWire<W>>(wire: &W) -> P {
    P::pass(wire)
}
