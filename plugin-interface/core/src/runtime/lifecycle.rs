//! The start, the stop and the health of a plugin.
#![expect(unsafe_code, reason = "registrations are passed as pointers")]

use core::ffi::c_void;
use core::ptr;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure;
use crate::abi::{Failure, FailureKind, RawLifecycle};
use crate::runtime::factory::{Plugin, RegistrationOf};
use crate::runtime::panic_location::SourceLocation;

/// A plugin that is started before it is used and stopped after that:
/// `#[plugin_impl(Trait, lifecycle)]`.
///
/// A host creates all plugins of a load, then starts them in that order: each after
/// those whose services it needs. When nobody uses a plugin any more, the host stops
/// it, and destroys it then. A plugin that replaces another version is started while
/// the old version is still in use.
///
/// `start` and `stop` are called once for each instance, `stop` only after a `start`
/// that returned `Ok`. The host calls them on its own threads, so the type is `Send`
/// and `Sync`. Each method may be left out. A panic in one of them reaches no other
/// plugin.
///
/// A host that knows nothing of this yet creates the plugin and does not start it.
///
/// ```standalone_crate
/// use std::sync::Mutex;
/// use std::sync::mpsc::{Sender, channel};
/// use std::thread::{self, JoinHandle};
/// use std::time::Duration;
///
/// use plugin_interface::{Greeter, PluginLifecycle, plugin_aggregates, plugin_impl};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// /// Has a thread that writes down who was greeted.
/// #[derive(Default)]
/// struct Noting(Mutex<Option<(Sender<String>, JoinHandle<()>)>>);
///
/// impl PluginLifecycle for Noting {
///     fn start(&self) -> Result<(), String> {
///         let (sender, names) = channel();
///         let thread = thread::spawn(move || names.into_iter().for_each(drop::<String>));
///         *self.0.lock().unwrap() = Some((sender, thread));
///         Ok(())
///     }
///
///     fn stop(&self, _within: Duration) -> Result<(), String> {
///         let Some((sender, thread)) = self.0.lock().unwrap().take() else { return Ok(()) };
///         drop(sender);
///         thread.join().map_err(|_| "the thread panicked".to_owned())
///     }
///
///     fn health(&self) -> Result<(), String> {
///         match &*self.0.lock().unwrap() {
///             Some((_, thread)) if thread.is_finished() => Err("the thread ended".to_owned()),
///             _ => Ok(()),
///         }
///     }
/// }
///
/// #[plugin_impl(Greeter, lifecycle)]
/// impl Greeter for Noting {
///     fn name(&self) -> &str {
///         "noting"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         if let Some((sender, _)) = &*self.0.lock().unwrap() {
///             let _ = sender.send(target.to_owned());
///         }
///         format!("Hello, {target}!")
///     }
/// }
/// # fn main() {
/// # let noting = Noting::default();
/// # noting.start().unwrap();
/// # assert_eq!((noting.greet("Ada"), noting.health()), ("Hello, Ada!".to_owned(), Ok(())));
/// # assert_eq!(noting.stop(Duration::from_secs(1)), Ok(()));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a plugin of type `{Self}` has no lifecycle",
    label = "has no `PluginLifecycle`",
    note = "implement `plugin_interface::PluginLifecycle`, or remove `lifecycle` from `#[plugin_impl(Trait, lifecycle)]`"
)]
pub trait PluginLifecycle: Send + Sync {
    /// Starts what the plugin does by itself: threads, connections. All other
    /// plugins of the load exist, so their services can be asked for. Nobody calls
    /// this plugin before it returns.
    ///
    /// # Errors
    ///
    /// If the plugin cannot be used. The host destroys it, and reports the text. If
    /// it would have replaced another version, that one stays.
    fn start(&self) -> Result<(), String> {
        Ok(())
    }

    /// Ends what `start` began. No host calls a method of the plugin after this.
    ///
    /// After `within`, the host goes on without this plugin, and reports its name.
    /// Its library then stays loaded until this returns.
    ///
    /// # Errors
    ///
    /// If something was not ended or not saved. The host reports the text, and
    /// destroys the instance all the same.
    fn stop(&self, within: Duration) -> Result<(), String> {
        let _ = within;
        Ok(())
    }

    /// Tells whether the plugin works. Hosts ask when they like, on any thread, while
    /// others call methods. It should return soon.
    ///
    /// # Errors
    ///
    /// If it does not work. The text says what is wrong, for people.
    fn health(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Returns the functions of a plugin that is started and stopped.
#[doc(hidden)]
pub const fn lifecycle<P: Plugin<Instance: PluginLifecycle>>() -> &'static RawLifecycle {
    const {
        &RawLifecycle {
            size: size_of::<RawLifecycle>(),
            start: start::<P>,
            stop: stop::<P>,
            health: health::<P>,
        }
    }
}

/// Calls a method of an instance, and returns its failure, or null.
///
/// # Safety
///
/// `registration` was created by the factory of `P` and is not destroyed during the
/// call. Nothing borrows its instance exclusively.
unsafe fn call<P: Plugin>(
    registration: *const c_void,
    method: impl FnOnce(&P::Instance) -> Result<(), String>,
) -> *mut Failure {
    // SAFETY: the contract of this function.
    let instance = unsafe { (*registration.cast::<RegistrationOf<P>>()).instance };
    // SAFETY: it was boxed by `make`; nobody borrows it exclusively.
    let instance = unsafe { &*instance.cast::<P::Instance>() };
    match catch_unwind(AssertUnwindSafe(|| method(instance))) {
        Ok(Ok(())) => ptr::null_mut(),
        Ok(Err(error)) => failure::new(FailureKind::ERROR, error, SourceLocation::UNKNOWN),
        Err(payload) => failure::of_panic(payload),
    }
}

unsafe extern "C" fn start<P: Plugin<Instance: PluginLifecycle>>(
    registration: *const c_void,
) -> *mut Failure {
    // SAFETY: the host passes a registration that the factory of `P` created, and
    // that nobody borrows exclusively, since nobody has it yet.
    unsafe { call::<P>(registration, P::Instance::start) }
}

unsafe extern "C" fn stop<P: Plugin<Instance: PluginLifecycle>>(
    registration: *const c_void,
    nanoseconds: u64,
) -> *mut Failure {
    let within = Duration::from_nanos(nanoseconds);
    // SAFETY: the host passes a registration that the factory of `P` created, and
    // that nobody else has any more.
    unsafe { call::<P>(registration, |instance| instance.stop(within)) }
}

unsafe extern "C" fn health<P: Plugin<Instance: PluginLifecycle>>(
    registration: *const c_void,
) -> *mut Failure {
    // SAFETY: the host passes a registration that the factory of `P` created, while
    // nobody borrows it exclusively.
    unsafe { call::<P>(registration, P::Instance::health) }
}
