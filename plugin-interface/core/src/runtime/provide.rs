//! The services that a plugin provides to other plugins.
#![expect(unsafe_code, reason = "registrations are passed as pointers")]

use core::ffi::c_void;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::abi::{Failure, VisitService};
use crate::runtime::factory::{Plugin, RegistrationOf};
use crate::runtime::failure;
use crate::runtime::provided::Provided;
use crate::runtime::services::Service;

/// A plugin that provides a service to other plugins:
/// `#[plugin_impl(Trait, provides(dyn Service))]`.
///
/// The host asks for the service once, when the instance is created, and hands
/// it to each plugin that [needs](crate::PluginContext::service) it. A plugin
/// that has it owns it together with this instance.
///
/// ```standalone_crate
/// use std::sync::Arc;
/// use plugin_interface::{
///     Greeter, Provide, plugin_aggregates, plugin_impl, plugin_interface,
/// };
///
/// #[plugin_interface]
/// pub trait Names: Send + Sync {
///     fn name_of(&self, number: u32) -> String;
/// }
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// #[derive(Default)]
/// struct Numbered;
///
/// impl Names for Numbered {
///     fn name_of(&self, number: u32) -> String {
///         format!("number {number}")
///     }
/// }
///
/// #[derive(Default)]
/// struct Register {
///     names: Arc<Numbered>,
/// }
///
/// impl Provide<dyn Names> for Register {
///     fn provide(&self) -> Arc<dyn Names> {
///         self.names.clone()
///     }
/// }
///
/// #[plugin_impl(Greeter, provides(dyn Names))]
/// impl Greeter for Register {
///     fn name(&self) -> &str {
///         "register"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("{target}, you are {}", self.names.name_of(1))
///     }
/// }
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "a plugin of type `{Self}` does not provide `{I}`",
    label = "has no `Provide<{I}>`",
    note = "implement `plugin_interface::Provide<{I}>`, which returns the service as an `Arc`"
)]
pub trait Provide<I: Service + ?Sized>: Send {
    /// Returns the service. Other plugins call it on any thread.
    fn provide(&self) -> Arc<I>;
}

/// Passes on the services of an instance of `P`, which [`Plugin::provide`] lists.
///
/// # Safety
///
/// `registration` was created by the factory of `P` and is not destroyed yet.
/// Nothing borrows its instance exclusively. `visit` takes `context`.
#[doc(hidden)]
pub unsafe extern "C" fn provide<P: Plugin>(
    registration: *const c_void,
    visit: VisitService,
    context: *mut c_void,
) -> *mut Failure {
    // SAFETY: the contract of this function.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`; nobody borrows it exclusively.
    let instance = unsafe { &*instance.cast::<P::Instance>() };
    // SAFETY: the contract of this function.
    let mut provided = unsafe { Provided::new(visit, context) };
    match catch_unwind(AssertUnwindSafe(|| P::provide(instance, &mut provided))) {
        Ok(()) => ptr::null_mut(),
        Err(payload) => failure::of_panic(payload),
    }
}
