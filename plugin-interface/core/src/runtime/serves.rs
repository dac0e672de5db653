//! The types whose values a host can offer as a service.
#![expect(unsafe_code, reason = "an `Arc` of one type is passed on as one of the same type")]

use core::any::TypeId;
use core::mem::{self, ManuallyDrop};
use std::sync::Arc;

use crate::abi::RawObject;
use crate::boundary::{CalledFromC, own_directly};
use crate::interface::VTableFor;
use crate::runtime::services::Service;

/// A type whose values can be offered as the service `I`.
///
/// It is implemented for each type that implements the trait of `I` and owns its data,
/// and for `I` itself. A call of a service goes straight to the method of the type. For
/// an `Arc<dyn Trait>` it takes one step more.
///
/// ```
/// use plugin_interface::{Greeter, Serves};
///
/// struct English;
///
/// impl Greeter for English {
///     fn name(&self) -> &str {
///         "english"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("Hello, {target}!")
///     }
/// }
///
/// fn can_serve<I: ?Sized, T: Serves<I> + ?Sized>() {}
/// can_serve::<dyn Greeter, English>();
/// can_serve::<dyn Greeter, dyn Greeter>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be offered as the service `{I}`",
    label = "does not serve as `{I}`",
    note = "implement the trait for the type; the type must own its data (`'static`)"
)]
pub trait Serves<I: ?Sized>: Send + Sync + 'static {
    /// Creates an object that owns the service.
    #[doc(hidden)]
    fn serve(service: Arc<Self>) -> RawObject;
}

// The error does not go on to the tables.
#[diagnostic::do_not_recommend]
impl<I, T> Serves<I> for T
where
    I: Service + VTableFor<T, Arc<T>> + VTableFor<T, CalledFromC<Arc<T>>> + ?Sized,
    T: Send + Sync + ?Sized + 'static,
{
    fn serve(service: Arc<T>) -> RawObject {
        if TypeId::of::<T>() == TypeId::of::<I>() {
            let service = ManuallyDrop::new(service);
            // SAFETY: it is the same type, and the original is not used again.
            let service: Arc<I> = unsafe { mem::transmute_copy(&service) };
            return I::lower(service);
        }
        own_directly::<I, T>(service)
    }
}
