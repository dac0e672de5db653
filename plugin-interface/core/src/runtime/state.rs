//! State that goes from one version of a plugin to the next.
#![expect(unsafe_code, reason = "registrations travel as pointers")]

use core::ffi::c_void;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure;
use crate::abi::{Failure, FailureKind, RawBuffer, RawSlice, RawState};
use crate::boundary::FfiSafe;
use crate::runtime::factory::{Plugin, RegistrationOf};
use crate::runtime::panic_location::SourceLocation;

/// What an instance hands to the one that comes after it, where a host
/// replaces a library that is in use: `#[plugin_impl(Trait, state)]`.
///
/// The host makes the new instance, calls `save` of the old one and `restore`
/// of the new one, and only then lets callers find the new one. If either
/// panics, or `restore` refuses, the old version goes on serving. What callers
/// change between `save` and the end of the reload is lost.
///
/// The bytes are yours to choose; `plugin_interface::state` (feature `serde`)
/// makes them of a type of yours. [`VERSION`](Self::VERSION) says how they are to
/// be read: raise it when that changes, read what older versions wrote, and
/// refuse what you cannot read. A host may also go back to an older build, which
/// is offered a newer state.
///
/// Where only one of the two versions keeps state, the new instance begins as
/// it was made.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use plugin_interface::{Greeter, PluginState, plugin_aggregates, plugin_impl};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// #[derive(Default)]
/// struct Counting(AtomicU64);
///
/// impl PluginState for Counting {
///     const VERSION: u32 = 1;
///
///     fn save(&self) -> Vec<u8> {
///         self.0.load(Relaxed).to_le_bytes().to_vec()
///     }
///
///     fn restore(&mut self, version: u32, state: &[u8]) -> Result<(), String> {
///         match (version, state.try_into()) {
///             (1, Ok(bytes)) => *self.0.get_mut() = u64::from_le_bytes(bytes),
///             _ => return Err(format!("a count is 8 bytes, found {}", state.len())),
///         }
///         Ok(())
///     }
/// }
///
/// #[plugin_impl(Greeter, state)]
/// impl Greeter for Counting {
///     fn name(&self) -> &str {
///         "counting"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("{target}, you are number {}", self.0.fetch_add(1, Relaxed) + 1)
///     }
/// }
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "a plugin of type `{Self}` does not say what its state is",
    label = "has no `PluginState`",
    note = "implement `plugin_interface::PluginState`, or remove `state` from `#[plugin_impl(Trait, state)]`"
)]
pub trait PluginState: Sized {
    /// The version of what [`save`](Self::save) gives.
    const VERSION: u32;

    /// The state, for a later `restore`. Other threads may be calling methods.
    fn save(&self) -> Vec<u8>;

    /// Takes over a state of that version, before anybody calls this instance.
    ///
    /// # Errors
    ///
    /// If it cannot be read; say what was expected. Then this instance is
    /// dropped and the old one serves on.
    fn restore(&mut self, version: u32, state: &[u8]) -> Result<(), String>;
}

/// The state of a plugin that keeps it.
#[doc(hidden)]
pub const fn state<P: Plugin<Instance: PluginState>>() -> RawState {
    RawState {
        version: <P::Instance as PluginState>::VERSION,
        save: Some(save::<P>),
        restore: Some(restore::<P>),
    }
}

unsafe extern "C" fn save<P: Plugin<Instance: PluginState>>(
    registration: *const c_void,
    out: *mut RawBuffer,
) -> *mut Failure {
    // SAFETY: the host passes a registration that the factory of `P` made, and
    // that nobody unmakes meanwhile.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`; whoever else has it only shares it.
    let instance = unsafe { &*instance.cast::<P::Instance>() };
    match catch_unwind(AssertUnwindSafe(|| instance.save())) {
        Ok(state) => {
            // SAFETY: the host passes a place to write to.
            unsafe { out.write(state.lower()) };
            ptr::null_mut()
        }
        Err(payload) => failure::of_panic(payload),
    }
}

unsafe extern "C" fn restore<P: Plugin<Instance: PluginState>>(
    registration: *const c_void,
    version: u32,
    state: RawSlice,
) -> *mut Failure {
    // SAFETY: the host passes a registration that the factory of `P` made.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`, and nobody else has it yet.
    let instance = unsafe { &mut *instance.cast::<P::Instance>() };
    // SAFETY: the host lends the bytes for the duration of the call.
    let state = unsafe { core::slice::from_raw_parts(state.ptr.cast(), state.len) };
    match catch_unwind(AssertUnwindSafe(|| instance.restore(version, state))) {
        Ok(Ok(())) => ptr::null_mut(),
        Ok(Err(refusal)) => failure::new(FailureKind::ERROR, refusal, SourceLocation::UNKNOWN),
        Err(payload) => failure::of_panic(payload),
    }
}
