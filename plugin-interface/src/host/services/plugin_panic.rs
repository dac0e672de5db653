//! The panic of a plugin that the host's panic hook reports.

use core::fmt;
use std::cell::RefCell;

use crate::runtime::panic_location::PanicLocation;

/// The panic of a plugin, for the panic hook of a host.
///
/// The host's hook is called for each panic of a plugin, by a panic of this
/// crate: only a panic can call a hook. So
/// [`location`](std::panic::PanicHookInfo::location) there is a place in this
/// crate. The plugin's own place is [here](Self::current), and at the end of
/// the message.
///
/// ```
/// use plugin_interface::PluginPanic;
///
/// std::panic::set_hook(Box::new(|info| match PluginPanic::current() {
///     Some(panic) => eprintln!("{panic}"),
///     None => eprintln!("{info}"),
/// }));
/// # let _ = std::panic::take_hook();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginPanic {
    /// The library, as in `plugin plugins/libshout.so`.
    pub library: String,
    /// The message of the panic.
    pub message: String,
    /// The place of the panic in the plugin's source, if it is known.
    pub location: Option<PanicLocation>,
}

thread_local! {
    static CURRENT: RefCell<Option<PluginPanic>> = const { RefCell::new(None) };
}

impl PluginPanic {
    /// Returns the panic of a plugin that this thread's panic hook reports just
    /// now; `None` outside of the hook, and for a panic of the host itself.
    ///
    /// ```
    /// assert_eq!(plugin_interface::PluginPanic::current(), None);
    /// ```
    pub fn current() -> Option<Self> {
        // `None` too while the thread ends.
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// Makes this the current one while `report` runs.
    pub(super) fn while_reported(self, report: impl FnOnce()) {
        let _ = CURRENT.try_with(|current| current.replace(Some(self)));
        report();
        let _ = CURRENT.try_with(|current| current.replace(None));
    }
}

/// The message, the library, and the place.
impl fmt::Display for PluginPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  in {}", self.message, self.library)?;
        match &self.location {
            Some(location) => write!(f, ", at {location}"),
            None => Ok(()),
        }
    }
}
