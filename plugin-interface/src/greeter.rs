//! The example interface of this crate.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use crate::plugin_interface;

/// A greeter with a language of its own: the example interface of this crate.
///
/// ```
/// use plugin_interface::Greeter;
///
/// struct English;
///
/// impl Greeter for English {
///     fn name(&self) -> &str {
///         "english"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("Hello, {target}!")
///     }
/// }
///
/// assert_eq!(English.greet("world"), "Hello, world!");
/// ```
#[plugin_interface]
pub trait Greeter: Send + Sync {
    /// Returns the name of the greeter, such as its language.
    fn name(&self) -> &str;

    /// Returns a greeting for `target`.
    fn greet(&self, target: &str) -> String;
}

#[cfg(all(test, feature = "manager"))]
mod tests {
    #[test]
    fn the_interface_is_that_of_its_snapshot() {
        crate::assert_snapshot!(dyn super::Greeter, "snapshots/Greeter.txt");
    }
}
