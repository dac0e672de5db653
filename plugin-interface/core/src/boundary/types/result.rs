//! `Result<T, E>`: a tag and a union. As the whole return of a method, the
//! status of the call replaces the tag.
#![expect(unsafe_code, reason = "the tag decides which variant is read")]

use core::mem::MaybeUninit;

use crate::abi::{METHOD_ERROR, Outcome, RawResult, RawResultValue};
use crate::boundary::{
    ByCopy, Content, FfiSafe, LiftError, NeedsScope, Origin, ReturnError, Shape,
};

// SAFETY: each variant is passed as its own wire, and read only if the tag or
// the status names it.
unsafe impl<T: FfiSafe, E: FfiSafe> FfiSafe for Result<T, E> {
    type Wire = RawResult<T::Wire, E::Wire>;
    type Returned = RawResultValue<T::Wire, E::Wire>;
    type At<'a> = Result<T::At<'a>, E::At<'a>>;
    type Slot = ();
    type Passed = Self::Wire;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Apply("Result", &[T::SHAPE, E::SHAPE]);
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE.or(E::NEEDS_SCOPE);

    #[inline]
    fn lower(self) -> Self::Wire {
        match self {
            Ok(value) => {
                let ok = MaybeUninit::new(value.lower());
                RawResult { tag: 0, value: RawResultValue { ok } }
            }
            Err(error) => {
                let err = MaybeUninit::new(error.lower());
                RawResult { tag: 1, value: RawResultValue { err } }
            }
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        match wire.tag {
            // SAFETY: the tag names this variant, so it is initialised.
            0 => unsafe { T::lift(wire.value.ok.assume_init(), origin) }.map(Ok),
            // SAFETY: likewise.
            1 => unsafe { E::lift(wire.value.err.assume_init(), origin) }.map(Err),
            other => Err(LiftError::Tag(other)),
        }
    }

    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        content.bytes(&[wire.tag]);
        match wire.tag {
            // SAFETY: the tag names this variant, so it is initialised; the rest
            // is the contract of this function.
            0 => unsafe { T::content(wire.value.ok.assume_init(), content) },
            // SAFETY: likewise.
            1 => unsafe { E::content(wire.value.err.assume_init(), content) },
            _ => {}
        }
    }

    #[inline]
    fn lower_return(self) -> Outcome<Self::Returned> {
        match self {
            Ok(value) => Outcome::ok(RawResultValue { ok: MaybeUninit::new(value.lower()) }),
            Err(error) => {
                Outcome::method_error(RawResultValue { err: MaybeUninit::new(error.lower()) })
            }
        }
    }

    #[inline]
    unsafe fn lift_return<'a>(
        outcome: Outcome<Self::Returned>,
        origin: Origin,
    ) -> Result<Self::At<'a>, ReturnError> {
        if outcome.status.is_null() {
            // SAFETY: a null status means that the value of `Ok` is
            // initialised.
            let lifted = unsafe { T::lift(outcome.value.assume_init().ok.assume_init(), origin) };
            return lifted.map(Ok).map_err(ReturnError::invalid);
        }
        if outcome.status == METHOD_ERROR {
            // SAFETY: this status means that the value of `Err` is initialised.
            let lifted = unsafe { E::lift(outcome.value.assume_init().err.assume_init(), origin) };
            return lifted.map(Err).map_err(ReturnError::invalid);
        }
        // SAFETY: not null, and of this outcome, which is used only here.
        Err(unsafe { ReturnError::from_status(outcome.status) })
    }
}
