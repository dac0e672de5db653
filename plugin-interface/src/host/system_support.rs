//! What the system offers to loads and reloads.

use std::fs::File;
use std::path::Path;

use crate::host::platform;

/// What the system offers to the loads and reloads of this process. Where it
/// offers less, they are slower, and not less correct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SystemSupport {
    /// A reload can fence the threads of its callers, so that these pay for no
    /// fence (`membarrier` on Linux).
    pub fences: bool,
    /// A lease tells whether a file of this user is open for writing (Linux, on
    /// most local file systems). Without leases, sizes and times are compared.
    pub leases: bool,
}

/// Returns what the system offers to plugins in `directory`.
///
/// Creates an empty file there for a moment. Where that is not possible, no lease
/// is known of.
///
/// ```
/// let support = plugin_interface::system_support(std::env::temp_dir());
/// println!("leases: {}, fences: {}", support.leases, support.fences);
/// ```
pub fn system_support(directory: impl AsRef<Path>) -> SystemSupport {
    SystemSupport {
        fences: platform::register_fences() && platform::fence_all_threads(),
        leases: has_leases(directory.as_ref()),
    }
}

fn has_leases(directory: &Path) -> bool {
    let Ok(file) = tempfile::NamedTempFile::new_in(directory) else { return false };
    // A lease is refused while the file is open for writing.
    let path = file.into_temp_path();
    File::open(&path).is_ok_and(|file| platform::take_lease(&file).is_ok())
}

#[cfg(test)]
mod tests {
    use super::system_support;

    #[test]
    fn no_file_is_left_behind_and_a_missing_folder_has_no_leases() {
        let folder = tempfile::tempdir().unwrap();
        system_support(folder.path());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        assert!(!system_support(folder.path().join("missing")).leases);
    }
}
