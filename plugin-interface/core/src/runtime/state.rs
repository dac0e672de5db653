//! State that one version of a plugin passes to the next.
#![expect(unsafe_code, reason = "registrations are passed as pointers")]

use core::ffi::c_void;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure;
use crate::abi::{Failure, FailureKind, RawBuffer, RawSlice, RawState};
use crate::boundary::FfiSafe;
use crate::runtime::factory::{Plugin, RegistrationOf};
use crate::runtime::panic_location::SourceLocation;

/// State that an instance passes to its successor if a host replaces the
/// library while it is in use: `#[plugin_impl(Trait, state)]`.
///
/// The host creates the new instance, calls `save` of the old one and `restore`
/// of the new one. Only then do callers get the new one. If either function
/// panics, or `restore` returns an error, the old version stays in use. Changes
/// that callers make between `save` and the end of the reload are lost.
///
/// You choose the format of the bytes; `plugin_interface::state` (feature
/// `serde`) serializes a type of yours. [`VERSION`](Self::VERSION) is the
/// version of that format. Raise it if the format changes. Read the formats of
/// older versions, and refuse those that you cannot read. A host may also
/// return to an older build, which then receives a newer state.
///
/// If only one of the two versions has state, the new instance starts as its
/// constructor created it.
///
/// ```standalone_crate
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
    message = "a plugin of type `{Self}` has no state to save",
    label = "has no `PluginState`",
    note = "implement `plugin_interface::PluginState`, or remove `state` from `#[plugin_impl(Trait, state)]`"
)]
pub trait PluginState: Sized {
    /// The version of the format that [`save`](Self::save) writes.
    const VERSION: u32;

    /// Returns the state for a later `restore`. Other threads may call methods
    /// meanwhile.
    fn save(&self) -> Vec<u8>;

    /// Restores a state of that version, before the first call of this
    /// instance.
    ///
    /// # Errors
    ///
    /// If the state cannot be read. The text should name the expected version.
    /// The host then drops this instance, and the old one stays in use.
    fn restore(&mut self, version: u32, state: &[u8]) -> Result<(), String>;
}

/// Returns the state functions of a plugin.
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
    // SAFETY: the host passes a registration that the factory of `P` created,
    // and destroys it only later.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`; other threads only share it.
    let instance = unsafe { &*instance.cast::<P::Instance>() };
    match catch_unwind(AssertUnwindSafe(|| instance.save())) {
        Ok(state) => {
            // SAFETY: the host passes a pointer that is valid for writes.
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
    // SAFETY: the host passes a registration that the factory of `P` created.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`, and nothing else uses it yet.
    let instance = unsafe { &mut *instance.cast::<P::Instance>() };
    // SAFETY: the host lends the bytes for the duration of the call.
    let state = unsafe { core::slice::from_raw_parts(state.ptr.cast(), state.len) };
    match catch_unwind(AssertUnwindSafe(|| instance.restore(version, state))) {
        Ok(Ok(())) => ptr::null_mut(),
        Ok(Err(refusal)) => failure::new(FailureKind::ERROR, refusal, SourceLocation::UNKNOWN),
        Err(payload) => failure::of_panic(payload),
    }
}
