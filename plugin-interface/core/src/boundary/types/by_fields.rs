//! `&mut T` of a derived struct of references: passed as the struct, whose
//! references are lent again. Elements and values are changed in place, or come
//! back, as for each reference alone. The struct itself is the callee's own.
#![expect(unsafe_code, reason = "the struct is borrowed from the scope of the call")]

use crate::boundary::{
    ByCopy, ByFields, CallerScope, Content, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin,
    Shape,
};

/// A struct of references, which are lent one by one.
///
/// # Safety
///
/// `lend` lowers a value of `At` that borrows from `self`, for as long as it is
/// borrowed.
#[doc(hidden)]
pub unsafe trait LendFields: FfiSafe {
    fn lend(&mut self, scope: &CallerScope) -> Self::Wire;
}

// SAFETY: the wire of the struct, and the scope stores the struct until the call
// ends. The callee cannot give other references back.
unsafe impl<'r, T: LendFields> ConvertPointer<&'r mut T> for ByFields
where
    for<'a> T::At<'a>: 'a,
{
    type Wire = T::Wire;
    type At<'a> = &'a mut T::At<'a>;
    type Slot = ();
    const SHAPE: &'static Shape = T::SHAPE;
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(_: &'r mut T) -> T::Wire {
        const {
            // In terms of `T`, so that it is evaluated for a use only.
            assert!(
                size_of::<T>() == usize::MAX,
                "a `&mut` to a struct of references must be a parameter of its own: take it beside the others, or take the struct"
            );
        }
        unreachable!()
    }

    #[inline]
    fn lower_argument(value: &'r mut T, scope: &CallerScope) -> T::Wire {
        value.lend(scope)
    }

    #[inline]
    unsafe fn lift<'a>(wire: T::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
        // SAFETY: the contract of this function, for the struct.
        let value = unsafe { T::lift::<'a>(wire, origin) }?;
        // SAFETY: a local variable of the call whose arguments are being lifted;
        // what the struct borrows outlives the call.
        Ok(unsafe { &mut *(*scope).store(value) })
    }
}

/// Passes references of a kind as clones.
macro_rules! by_copy {
    ($($pointer:ty)*) => {$(
        // SAFETY: the contract of `ConvertPointer`, of `ByCopy`.
        unsafe impl<'r, T> ConvertPointer<$pointer> for ByFields
        where
            ByCopy: ConvertPointer<$pointer>,
        {
            type Wire = <ByCopy as ConvertPointer<$pointer>>::Wire;
            type At<'a> = <ByCopy as ConvertPointer<$pointer>>::At<'a>;
            type Slot = ();
            const SHAPE: &'static Shape = <ByCopy as ConvertPointer<$pointer>>::SHAPE;
            const NEEDS_SCOPE: NeedsScope = <ByCopy as ConvertPointer<$pointer>>::NEEDS_SCOPE;

            #[inline]
            fn lower(value: $pointer) -> Self::Wire {
                <ByCopy as ConvertPointer<$pointer>>::lower(value)
            }

            #[inline]
            unsafe fn lift<'a>(
                wire: Self::Wire,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function.
                unsafe { <ByCopy as ConvertPointer<$pointer>>::lift(wire, origin) }
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut Content) {
                // SAFETY: the contract of this function.
                unsafe { <ByCopy as ConvertPointer<$pointer>>::content(wire, content) }
            }
        }
    )*};
}

by_copy!(&'r T &'r [T]);
