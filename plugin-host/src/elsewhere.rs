//! Libraries for other systems, which a host here leaves out by their names.

use std::env::consts::DLL_EXTENSION;
use std::path::{Path, PathBuf};

use plugin_interface::{BuiltFor, InspectError, PluginMetadata, built_for, inspect};

/// The ends of the names of libraries, on all systems.
const EXTENSIONS: [&str; 3] = ["so", "dll", "dylib"];

/// A library whose name says that it is for another system.
pub(crate) struct Elsewhere {
    pub(crate) metadata: PluginMetadata,
    pub(crate) system: BuiltFor,
}

impl Elsewhere {
    fn read(path: &Path) -> Result<Self, InspectError> {
        Ok(Elsewhere { metadata: inspect(path)?, system: built_for(path)? })
    }

    /// Returns `true` if it offers the interface at that path.
    pub(crate) fn offers(&self, path: &str) -> bool {
        self.metadata.interfaces.iter().any(|interface| interface.path == path)
    }
}

/// Reads the libraries in a directory, not deeper, that have the names of other
/// systems, sorted by name. The directory was read before.
pub(crate) fn find(directory: &Path) -> Vec<(PathBuf, Result<Elsewhere, InspectError>)> {
    let entries = directory.read_dir().into_iter().flatten().flatten();
    let mut paths: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| is_elsewhere(path)).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), Elsewhere::read(&path))).collect()
}

fn is_elsewhere(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|it| it != DLL_EXTENSION && EXTENSIONS.contains(&it))
}
