//! The class of an error.

use std::io;

/// The reaction that an error of a load calls for.
///
/// The exit code of `plugin-host` is that of the class.
///
/// ```
/// use plugin_interface::{ErrorClass, PluginManager};
///
/// let error = PluginManager::new().load_all("no/such/folder").unwrap_err();
/// assert_eq!(error.class(), ErrorClass::Usage);
/// assert_eq!(error.path().to_str(), Some("no/such/folder"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// None of the others.
    Failed,
    /// The path names something that is not there.
    Usage,
    /// The plugin and the host do not work together; rebuild one of them.
    Incompatible,
    /// The policy refuses the plugin.
    Refused,
    /// The plugin crashed or panicked.
    Crashed,
    /// The plugin did not answer in time.
    TimedOut,
}

impl ErrorClass {
    /// The class of a file that cannot be read.
    pub(super) fn of(source: &io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => ErrorClass::Usage,
            _ => ErrorClass::Failed,
        }
    }
}
