//! An interface of one's own: what a text tool does.
//!
//! Plugins and hosts both depend on this crate; nothing else is shared.
#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

/// Works on text, and keeps a clipboard.
#[plugin_interface(version = "1.0")]
pub trait TextTools: Send {
    /// How many words there are.
    fn count_words(&self, text: &str) -> u64;

    /// The longest of some lengths, if there are any.
    fn longest(&self, lengths: &[u32]) -> Option<u32>;

    /// Replaces control characters by spaces, in place. Gives their number.
    fn blank_controls(&self, bytes: &mut [u8]) -> usize;

    /// The lines of `text` that contain `pattern`.
    ///
    /// # Errors
    ///
    /// If the pattern is empty, since it would be in every line.
    fn find(&self, text: &str, pattern: &str) -> Result<Vec<String>, String>;

    /// Puts `text` on the clipboard. Gives how many texts are on it.
    fn copy(&mut self, text: &str) -> usize;

    /// The text copied last.
    fn clipboard(&self) -> Option<&str>;
}

#[cfg(test)]
mod tests {
    #[test]
    fn plugins_that_were_built_still_fit() {
        plugin_interface::assert_snapshot!(dyn super::TextTools, "snapshots/TextTools.txt");
    }
}
