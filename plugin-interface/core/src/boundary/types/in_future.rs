//! `&mut T` of `async` methods. A future may be dropped or forgotten before it is
//! ready, so the caller lends it nothing of its own: a copy of the value goes in, and
//! comes back beside the value of the future. Plain data is passed by pointer.
//!
//! So the value changes when the future is ready, and stays as it was if the future
//! panics or is dropped before.

use crate::boundary::types::in_out::PassedInOut;
use crate::boundary::{ByCopy, ByPointer, FfiSafe};

/// The way in which an `async` method takes a `&mut T`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an `async` method cannot take `&mut {T}`",
    label = "a copy goes in and comes back, so this must be `Clone` and own its data",
    note = "derive `Clone` for it; or take the value and return it"
)]
pub trait ChangedInFuture<T> {
    /// What is passed.
    type Taken<'a>;
    /// What the caller keeps meanwhile.
    type Kept<'a>;
    /// The value of the future, with what comes back.
    type With<R>;
    /// Those of the parameter in the description of the method.
    const LIFETIMES: &'static str;

    fn take(value: &mut T) -> (Self::Taken<'_>, Self::Kept<'_>);

    fn changed<'t>(taken: &'t mut Self::Taken<'_>) -> &'t mut T;

    fn with<R>(value: R, taken: Self::Taken<'_>) -> Self::With<R>;

    fn put_back<R>(with: Self::With<R>, kept: Self::Kept<'_>) -> R;
}

#[diagnostic::do_not_recommend]
impl<T: PassedInOut> ChangedInFuture<T> for ByCopy {
    type Taken<'a> = T;
    type Kept<'a> = &'a mut T;
    type With<R> = (R, T);
    const LIFETIMES: &'static str = "";

    fn take(value: &mut T) -> (T, &mut T) {
        (value.clone(), value)
    }

    fn changed(taken: &mut T) -> &mut T {
        taken
    }

    fn with<R>(value: R, taken: T) -> (R, T) {
        (value, taken)
    }

    fn put_back<R>((value, changed): (R, T), kept: &mut T) -> R {
        *kept = changed;
        value
    }
}

#[diagnostic::do_not_recommend]
impl<T: 'static> ChangedInFuture<T> for ByPointer {
    type Taken<'a> = &'a mut T;
    type Kept<'a> = ();
    type With<R> = R;
    const LIFETIMES: &'static str = "'self";

    fn take(value: &mut T) -> (&mut T, ()) {
        (value, ())
    }

    fn changed<'t>(taken: &'t mut &mut T) -> &'t mut T {
        taken
    }

    fn with<R>(value: R, _: &mut T) -> R {
        value
    }

    fn put_back<R>(with: R, (): ()) -> R {
        with
    }
}

/// What is passed in the place of a `&'a mut T`.
#[doc(hidden)]
pub type TakenInFuture<'a, T> = <<T as FfiSafe>::ByRef as ChangedInFuture<T>>::Taken<'a>;

/// What the caller keeps of a `&'a mut T`.
#[doc(hidden)]
pub type KeptInFuture<'a, T> = <<T as FfiSafe>::ByRef as ChangedInFuture<T>>::Kept<'a>;

/// The value of a future that changes a `T`.
#[doc(hidden)]
pub type WithChanged<T, R> = <<T as FfiSafe>::ByRef as ChangedInFuture<T>>::With<R>;

/// Divides a parameter into what is passed and what the caller keeps.
pub fn take_changed<T: FfiSafe<ByRef: ChangedInFuture<T>>>(
    value: &mut T,
) -> (TakenInFuture<'_, T>, KeptInFuture<'_, T>) {
    <T::ByRef as ChangedInFuture<T>>::take(value)
}

/// Borrows what was passed, for the method.
pub fn changed<'t, T: FfiSafe<ByRef: ChangedInFuture<T>>>(
    taken: &'t mut TakenInFuture<'_, T>,
) -> &'t mut T {
    <T::ByRef as ChangedInFuture<T>>::changed(taken)
}

/// Joins the value of the method's future with what it changed.
pub fn with_changed<T: FfiSafe<ByRef: ChangedInFuture<T>>, R>(
    value: R,
    taken: TakenInFuture<'_, T>,
) -> WithChanged<T, R> {
    <T::ByRef as ChangedInFuture<T>>::with(value, taken)
}

/// Replaces the caller's value by what came back, and returns the value of the future.
pub fn put_back_changed<T: FfiSafe<ByRef: ChangedInFuture<T>>, R>(
    with: WithChanged<T, R>,
    kept: KeptInFuture<'_, T>,
) -> R {
    <T::ByRef as ChangedInFuture<T>>::put_back(with, kept)
}

/// The lifetimes of the parameter in the description of its method.
#[must_use]
pub const fn taken_lifetimes<T: FfiSafe<ByRef: ChangedInFuture<T>>>() -> &'static str {
    <T::ByRef as ChangedInFuture<T>>::LIFETIMES
}
