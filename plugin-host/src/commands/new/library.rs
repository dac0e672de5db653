//! The interface of a library.

use std::path::Path;

use plugin_interface::PluginMetadata;
use plugin_interface::metadata::InterfaceMetadata;

use crate::commands::header::unusable;
use crate::commands::interface_name::{named, only};
use crate::exit::UsageError;

/// Returns the interface that is named, or the only one, if it lists its methods.
pub(super) fn of_library<'m>(
    metadata: &'m PluginMetadata,
    library: &Path,
    name: Option<&str>,
) -> Result<&'m InterfaceMetadata, UsageError> {
    let usage = |error: String| UsageError(format!("{}: {error}", library.display()));
    let interface = match name {
        Some(name) => named(metadata, name),
        None => only(metadata),
    };
    let interface = interface.map_err(usage)?;
    match unusable(interface) {
        Some(reason) => Err(usage(format!("{} {reason}", interface.path))),
        None => Ok(interface),
    }
}
