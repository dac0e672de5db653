//! A plain library of C, whose functions are found by name and replaced while
//! they are in use.
//!
//! [`HotLibrary`] is the handle. `engine` loads the next version through the
//! stages that plugins go through, and `change_detection` finds out if there is
//! one. The reload kernel (`reload`) publishes it. A `version` has the
//! addresses of its functions; a `function` finds them there.

mod c_function;
mod change_detection;
#[cfg(feature = "call-dynamic")]
pub(super) mod dynamic;
mod engine;
mod error;
mod event_text;
mod events;
mod function;
mod functions;
mod handle;
mod listeners;
mod options;
mod outcome;
mod version;
#[cfg(feature = "watch")]
mod watch;

pub use self::c_function::CFunction;
pub use self::change_detection::ChangeDetection;
pub use self::error::{HotError, NotDefined};
pub use self::events::HotEvent;
pub use self::function::{FunctionGuard, HotFunction};
pub use self::functions::HotFunctions;
pub use self::handle::HotLibrary;
pub use self::options::HotOptions;
pub use self::outcome::HotReload;
pub use self::version::HotVersion;
#[cfg(feature = "watch")]
pub use self::watch::HotWatch;
