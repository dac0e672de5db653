//! A plugin that shouts.
#![forbid(unsafe_code)]

use plugin_interface::{plugin_aggregates, plugin_impl};

use my_app_interface::Tool;

// Collects the plugins of this library. It stands once, in this file.
#[plugin_aggregates(Tool)]
mod plugin {}

/// A tool that writes text in capitals.
///
/// The host creates it with `Default`.
#[derive(Default)]
pub struct Shout;

#[plugin_impl(Tool)]
impl Tool for Shout {
    fn name(&self) -> &str {
        "shout"
    }

    fn apply(&self, text: &str) -> Result<String, String> {
        if text.is_empty() {
            return Err("expected a text, found an empty one".to_owned());
        }
        Ok(text.to_uppercase() + "!")
    }
}

#[cfg(test)]
mod tests {
    use plugin_interface::testing;

    use my_app_interface::Tool;

    /// The plugin as a host sees it, without a library.
    #[test]
    fn it_shouts() {
        let shout = testing::linked::<dyn Tool>("Shout");
        assert_eq!(shout.apply("hello"), Ok("HELLO!".to_owned()));
    }
}
