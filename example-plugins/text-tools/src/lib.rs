//! A plugin for the interface of the crate `text-tools-interface`.
#![forbid(unsafe_code)]

use plugin_interface::{plugin_aggregates, plugin_impl};
use text_tools_interface::TextTools;

#[plugin_aggregates(TextTools)]
mod plugin {}

/// Text tools that split words at white space.
#[derive(Default)]
pub struct Plain {
    copied: Vec<String>,
}

#[plugin_impl(TextTools)]
impl TextTools for Plain {
    fn count_words(&self, text: &str) -> u64 {
        text.split_whitespace().count() as u64
    }

    fn longest(&self, lengths: &[u32]) -> Option<u32> {
        lengths.iter().copied().max()
    }

    fn blank_controls(&self, bytes: &mut [u8]) -> usize {
        let controls = bytes.iter_mut().filter(|byte| byte.is_ascii_control());
        controls.map(|byte| *byte = b' ').count()
    }

    fn find(&self, text: &str, pattern: &str) -> Result<Vec<String>, String> {
        if pattern.is_empty() {
            return Err("expected a pattern, found an empty one".to_owned());
        }
        Ok(text.lines().filter(|line| line.contains(pattern)).map(str::to_owned).collect())
    }

    fn copy(&mut self, text: &str) -> usize {
        self.copied.push(text.to_owned());
        self.copied.len()
    }

    fn clipboard(&self) -> Option<&str> {
        self.copied.last().map(String::as_str)
    }
}
