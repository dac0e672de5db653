//! The error of a call through the checked view.

use core::fmt;

use crate::abi::FailureKind;
use crate::boundary::{LiftError, ReturnError, ReturnErrorKind};
use crate::runtime::panic_location::PanicLocation;

/// The error of a call through the checked view (`<Trait>Proxy::checked`).
///
/// For an object that a plugin returned, `<Trait>Proxy::of` finds its proxy.
///
/// ```no_run
/// use plugin_interface::{CallError, GreeterProxy, PluginManager, PluginTrait};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for handle in PluginManager::new().load_plugins("plugins", PluginTrait::Greeter)? {
///     let greeter = handle.as_greeter().ok_or("no greeter")?;
///     match GreeterProxy::checked(&greeter).greet("World") {
///         Ok(greeting) => println!("{greeting}"),
///         Err(CallError::Panicked { message, .. }) => println!("it panicked: {message}"),
///         Err(other) => println!("{other}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The method panicked; the plugin stays usable. For a method of an object,
    /// the panic may come from the library that created the object.
    Panicked {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
        /// The panic message.
        message: String,
        /// The location in the plugin's source, if it is known.
        location: Option<PanicLocation>,
    },
    /// The plugin is in a process of its own, and that died, took too long, or
    /// answered with something invalid. The method may have run in part.
    Lost {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
        /// What happened.
        message: String,
    },
    /// The method returned an invalid value. Only a plugin that is not written
    /// in Rust can do so; or the value is an object of another version of its
    /// interface.
    Invalid {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
        /// The reason, with the expected and the found value.
        invalid: LiftError,
    },
    /// The method takes `self: Box<Self>`, and the proxy is not the only owner of the
    /// instance. It was not called, and the proxy is dropped.
    NotAlone {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
    },
}

/// What to do where a future of a plugin finds no tokio.
const NO_REACTOR: &str = "; a plugin has no part in the tokio of its host: write `runtime = tokio` in `#[plugin_impl(..)]`, and `in_tokio(..)` around a future that a method returns as a `BoxFuture`";

impl CallError {
    /// Converts the error of a return.
    #[cold]
    #[inline(never)]
    pub(crate) fn of(interface: &'static str, method: &'static str, error: ReturnError) -> Self {
        match error.into_kind() {
            ReturnErrorKind::Failed(reported) => {
                let is_lost = reported.kind() == FailureKind::LOST;
                let (message, location) = reported.read();
                if is_lost {
                    return CallError::Lost { interface, method, message };
                }
                CallError::Panicked { interface, method, message, location }
            }
            ReturnErrorKind::Invalid(invalid) => CallError::Invalid { interface, method, invalid },
        }
    }
}

/// The message, since `main` prints the `Debug` form of an error.
impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Panicked { interface, method, message, location } => {
                write!(f, "{interface}::{method} panicked")?;
                if let Some(location) = location {
                    write!(f, " at {location}")?;
                }
                write!(f, ": {message}")?;
                // The text of tokio, which knows nothing of plugins.
                match message.starts_with("there is no reactor running") {
                    true => f.write_str(NO_REACTOR),
                    false => Ok(()),
                }
            }
            CallError::Lost { interface, method, message } => {
                write!(f, "{interface}::{method}: {message}")
            }
            CallError::Invalid { interface, method, invalid } => {
                write!(f, "{interface}::{method}: the plugin returned an invalid value: {invalid}")
            }
            CallError::NotAlone { interface, method } => write!(
                f,
                "{interface}::{method} takes `self: Box<Self>`, but this instance has other owners; call it on a `Box<dyn {interface}>` that a method returned"
            ),
        }
    }
}

impl core::error::Error for CallError {}
