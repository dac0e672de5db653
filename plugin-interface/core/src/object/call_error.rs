//! Why a call gave no value, for hosts that ask.

use core::fmt;

use crate::boundary::{LiftError, ReturnError, ReturnErrorKind};
use crate::runtime::panic_location::PanicLocation;

/// Why a method of a plugin gave no value: what the methods of a checked view
/// (`<Trait>Proxy::checked`) return beside it. For an object that a plugin gave,
/// `<Trait>Proxy::of` finds its proxy.
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The method panicked; the plugin stays usable. Of a method of an object, this
    /// may be a panic of whichever side made the object.
    Panicked {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
        /// The panic message.
        message: String,
        /// Where in the plugin's source, if it is known.
        location: Option<PanicLocation>,
    },
    /// The method returned what no Rust type can ownership, which only a plugin that is
    /// not written in Rust can do; or an object that is none of its interface, as
    /// it is known here.
    Invalid {
        /// The interface's name.
        interface: &'static str,
        /// The method.
        method: &'static str,
        /// What was expected and what was found.
        invalid: LiftError,
    },
}

impl CallError {
    /// The error that a fault is, which it uses up.
    #[cold]
    #[inline(never)]
    pub(crate) fn of(interface: &'static str, method: &'static str, error: ReturnError) -> Self {
        match error.into_kind() {
            ReturnErrorKind::Failed(reported) => {
                let (message, location) = reported.read();
                CallError::Panicked { interface, method, message, location }
            }
            ReturnErrorKind::Invalid(invalid) => CallError::Invalid { interface, method, invalid },
        }
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
                write!(f, ": {message}")
            }
            CallError::Invalid { interface, method, invalid } => {
                write!(f, "{interface}::{method}: the plugin returned no valid value: {invalid}")
            }
        }
    }
}

impl core::error::Error for CallError {}
