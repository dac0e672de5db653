//! A plugin for the interface `Interface`.
#![forbid(unsafe_code)]

use plugin_interface::{plugin_aggregates, plugin_impl};

__MODULES____IMPORTS__
// Collects the plugins of this library. It stands once, in this file.
#[plugin_aggregates(Interface)]
mod plugin {}

/// A plugin with answers that mean nothing yet: write yours in their place.
///
/// The host creates it with `Default`.
__TYPE__

#[plugin_impl(Interface)]
impl Interface for MyPlugin {
__METHODS__}

__OTHERS__

#[cfg(test)]
mod tests {
    use plugin_interface::testing;

    use super::Interface;

    /// The plugin as a host sees it, without a library.
    #[test]
    fn the_plugin_is_created() {
        let _plugin = testing::linked::<dyn Interface>("MyPlugin");
    }
__TESTS__}
