//! The interface between the host and its plugins.
#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

/// A tool that changes text.
///
/// Plugins implement this trait, and the host calls it. Build the host and the
/// plugins again after you have changed it.
#[plugin_interface]
pub trait Tool: Send + Sync {
    /// Returns the name of the tool.
    fn name(&self) -> &str;

    /// Returns the changed text.
    ///
    /// # Errors
    ///
    /// The reason, if the tool cannot change this text.
    fn apply(&self, text: &str) -> Result<String, String>;
}
