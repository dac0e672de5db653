//! An interface for text tools.
//!
//! Plugins and hosts both depend on this crate. They share nothing else.
#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

/// Works on text and has a clipboard.
#[plugin_interface(version = "1.0")]
pub trait TextTools: Send {
    /// Returns the number of words.
    fn count_words(&self, text: &str) -> u64;

    /// Returns the greatest length, if there is one.
    fn longest(&self, lengths: &[u32]) -> Option<u32>;

    /// Replaces control characters with spaces, in place. Returns their number.
    fn blank_controls(&self, bytes: &mut [u8]) -> usize;

    /// Returns the lines of `text` that contain `pattern`.
    ///
    /// # Errors
    ///
    /// The pattern is empty: every line would contain it.
    fn find(&self, text: &str, pattern: &str) -> Result<Vec<String>, String>;

    /// Puts `text` on the clipboard. Returns the number of texts on it.
    fn copy(&mut self, text: &str) -> usize;

    /// Returns the last copied text.
    fn clipboard(&self) -> Option<&str>;
}

#[cfg(test)]
mod tests {
    #[test]
    fn existing_plugins_stay_compatible() {
        plugin_interface::assert_snapshot!(dyn super::TextTools, "snapshots/TextTools.txt");
    }
}
