//! The interface that the crate brings along: something that greets.

use crate::plugin_interface;

/// Greets somebody, in a language of its own.
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
    /// The name of the greeter, such as its language.
    fn name(&self) -> &str;

    /// A greeting for `target`.
    fn greet(&self, target: &str) -> String;
}

#[cfg(all(test, feature = "manager"))]
mod tests {
    #[test]
    fn the_interface_is_that_of_its_snapshot() {
        crate::assert_snapshot!(dyn super::Greeter, "snapshots/Greeter.txt");
    }
}
