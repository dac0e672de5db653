//! The version that is in use.

use plugin_interface::PluginMetadata;

/// The version that serves, or that the user's own host has.
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) metadata: PluginMetadata,
}
