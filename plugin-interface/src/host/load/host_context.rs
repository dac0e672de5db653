//! What a host tells the constructors of a library.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use crate::abi::{RawContext, RawSlice};
#[cfg(feature = "configure")]
use crate::host::configuration::Values;
use crate::host::file::digest::{Algorithm, digest_of};
use crate::host::load::needs::Needs;
use crate::host::platform;
use crate::host::tasks::{PluginExecutor, PluginTasks};

/// What a host tells the constructors of one library.
#[derive(Default)]
pub(crate) struct HostContext {
    /// What the plugins need.
    pub(super) needs: Needs,
    /// The values of the settings.
    #[cfg(feature = "configure")]
    pub(super) settings: Values,
    /// The folders of the package.
    pub(super) data_dir: Option<PathBuf>,
    pub(super) cache_dir: Option<PathBuf>,
    /// What runs the tasks of the plugins, and the time that they have to end.
    pub(super) executor: PluginExecutor,
    pub(super) stop_within: Duration,
}

impl HostContext {
    /// Returns the tasks of one plugin, which is about to be created.
    pub(super) fn begin_tasks(&self) -> PluginTasks {
        self.executor.begin(self.stop_within)
    }

    /// Returns the context of one constructor, which borrows from this, from the
    /// path of the library and from the tasks.
    pub(super) fn of(
        &self,
        library_path: &Path,
        #[cfg_attr(not(feature = "configure"), expect(unused_variables))] interface: &str,
        #[cfg_attr(not(feature = "configure"), expect(unused_variables))] registration: &str,
        tasks: &PluginTasks,
    ) -> RawContext {
        let slice = |path: &Path| RawSlice::of(platform::path_bytes(path));
        let folder =
            |path: &Option<PathBuf>| path.as_deref().map_or(RawSlice::of::<u8>(&[]), slice);
        RawContext {
            library_path: slice(library_path),
            #[cfg(feature = "configure")]
            settings: RawSlice::of(self.settings.of(interface, registration)),
            data_dir: folder(&self.data_dir),
            cache_dir: folder(&self.cache_dir),
            tasks: tasks.lend(),
            ..RawContext::EMPTY
        }
    }
}

/// The longest name of a folder.
const LONGEST: usize = 100;

/// Returns the folder of a package below `root`.
pub(super) fn folder_of(root: &Path, package: &str) -> PathBuf {
    // The working directory may be another one when the folder is made.
    absolute(root).unwrap_or_else(|_| root.to_owned()).join(folder_name(package))
}

/// Returns the name of a package as that of a folder, on any system. Two packages
/// have two names.
fn folder_name(package: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut name = String::new();
    for byte in package.bytes() {
        match is_plain(byte) || matches!(byte, b'-' | b'_') {
            true => name.push(byte.into()),
            // Also upper case, which some file systems do not tell from lower.
            false => name.push_str(&format!("%{byte:02x}")),
        }
    }
    if name.len() > LONGEST {
        name.truncate(LONGEST);
        name.push_str(&format!("%%{}", digest_of(Algorithm::Sha256, package.as_bytes())));
    }
    // What Windows takes for a device, and no name at all.
    let is_device = ["con", "prn", "aux", "nul"].contains(&&*name)
        || ["com", "lpt"].iter().any(|device| {
            name.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest != "0")
        });
    if is_device || name.is_empty() {
        name.push_str("%%");
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_name_of_a_folder_is_safe_on_any_system_and_of_one_package() {
        let long = |last| format!("{}{last}", "x".repeat(300));
        let packages = [
            ("resize", "resize"),
            ("my-plugin_2", "my-plugin_2"),
            ("..", "%2e%2e"),
            (".", "%2e"),
            ("", "%%"),
            ("../../etc", "%2e%2e%2f%2e%2e%2fetc"),
            ("/etc", "%2fetc"),
            ("a\\b", "a%5cb"),
            ("C:", "%43%3a"),
            ("Resize", "%52esize"),
            ("nul", "nul%%"),
            ("com1", "com1%%"),
            ("com12", "com12"),
            ("trailing. ", "trailing%2e%20"),
            ("ä\0", "%c3%a4%00"),
        ];
        for (package, expected) in packages {
            assert_eq!(folder_name(package), expected, "{package}");
        }
        let all = [long('a'), long('b')].map(|package| folder_name(&package));
        assert!(all.iter().all(|name| name.len() < 200 && name.starts_with("xxx")), "{all:?}");
        let names: BTreeSet<_> =
            packages.iter().map(|(package, _)| folder_name(package)).chain(all).collect();
        assert_eq!(names.len(), packages.len() + 2);
    }
}
