//! The content of a lock: what was approved of each file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use object::Object as _;
use semver::Version;

use super::digests::Digests;
use super::error::LockError;
use super::minisign::KeyId;
use crate::host::error::{InspectError, LoadError};
use crate::host::load::check::inspect_bytes;
use crate::metadata::PluginMetadata;

/// The files that a host approved, as a `plugins.lock` has them.
///
/// A lock that was made from a directory trusts what was there at that moment.
/// From then on each change of a file is noticed.
/// [`LoadPolicy::lock`](crate::LoadPolicy::lock) lets only these files load.
///
/// ```
/// use plugin_interface::PluginLock;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let plugins = directory.path();
/// let (lock, refused) = PluginLock::of_directory(plugins)?;
/// assert!(refused.is_empty());
/// lock.write(plugins.join(PluginLock::FILE))?;
///
/// let lock = PluginLock::read(plugins.join(PluginLock::FILE))?;
/// assert!(lock.verify(plugins)?.iter().all(|file| file.error.is_none()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginLock {
    pub(super) path: PathBuf,
    /// By the names of the files.
    pub(super) plugins: BTreeMap<String, LockedPlugin>,
}

/// One file of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockedPlugin {
    /// The name of the file, without a directory.
    pub file: String,
    /// The name of its package. Of a plain library, the name of the file.
    pub name: String,
    /// The version of its package. Empty for a plain library.
    pub version: String,
    /// The version of the binary interface. `None` for a plain library.
    pub abi: Option<u32>,
    /// The number of bytes.
    pub size: u64,
    /// The SHA-256 digest, as 64 hexadecimal digits.
    pub sha256: String,
    /// The BLAKE3 digest, as 64 hexadecimal digits: a load compares this one. Empty in
    /// a lock without it, by which a load compares the other one.
    pub blake3: String,
    /// The build-id, in hexadecimal digits. Empty if it has none.
    pub build_id: String,
    /// The interfaces, sorted.
    pub interfaces: Vec<LockedInterface>,
    /// The id of the key that signed it, if that was checked.
    pub key: Option<KeyId>,
    /// Your note. Not compared with anything.
    pub note: String,
    /// The line in the lock file, 0 if it was not read from one.
    pub(super) line: usize,
}

/// One interface of a file of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct LockedInterface {
    /// The full path of the trait.
    pub path: String,
    /// Its version.
    pub version: String,
    /// Its fingerprint.
    pub fingerprint: u128,
}

impl PluginLock {
    /// The name of a lock file, `plugins.lock`. It lies beside its plugins.
    pub const FILE: &str = "plugins.lock";

    /// Takes over the notes of files that an earlier lock has too.
    pub fn with_notes_of(mut self, earlier: &PluginLock) -> Self {
        for plugin in self.plugins.values_mut() {
            if let Some(earlier) = earlier.get(&plugin.file) {
                plugin.note.clone_from(&earlier.note);
            }
        }
        self
    }

    /// Returns an error for each package of which `later` has an earlier version
    /// only. To approve it may bring back a fault that was mended.
    ///
    /// Versions that do not follow semantic versioning are not compared.
    pub fn downgrades(&self, later: &PluginLock) -> Vec<LockError> {
        let newest = |lock: &PluginLock, name: &str| {
            let of_name = lock.plugins.values().filter(|plugin| plugin.name == name);
            let versions =
                of_name.filter_map(|it| Some((Version::parse(&it.version).ok()?, it.line)));
            versions.max()
        };
        let names: BTreeSet<_> = self.plugins.values().map(|plugin| &plugin.name).collect();
        let downgrade = |name: &String| {
            let ((locked, line), (found, _)) = newest(self, name).zip(newest(later, name))?;
            (found < locked).then(|| LockError::Downgrade {
                path: self.path.clone(),
                line,
                name: name.clone(),
                locked: locked.to_string(),
                found: found.to_string(),
            })
        };
        names.into_iter().filter_map(downgrade).collect()
    }

    /// Returns the path that the lock was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the locked files, sorted by name.
    pub fn plugins(&self) -> impl Iterator<Item = &LockedPlugin> {
        self.plugins.values()
    }

    /// Returns the locked file of that name.
    pub fn get(&self, file: &str) -> Option<&LockedPlugin> {
        self.plugins.get(file)
    }
}

impl LockedPlugin {
    /// Describes a library by its content.
    pub(super) fn of(path: &Path, library: &[u8]) -> Result<Self, LoadError> {
        let described = match inspect_bytes(library) {
            Ok(metadata) => Self::described(path, Some(&metadata))?,
            Err(InspectError::NotAPlugin { .. }) => Self::described(path, None)?,
            Err(error) => return Err(error.at(path).into()),
        };
        let (size, build_id) = (library.len() as u64, build_id(library));
        Ok(LockedPlugin { size, build_id, ..described.with(Digests::of(library)) })
    }

    pub(super) fn with(self, Digests { sha256, blake3 }: Digests) -> Self {
        LockedPlugin { sha256, blake3, ..self }
    }

    /// Describes a plugin by its metadata, or a plain library by its name.
    pub(super) fn described(
        path: &Path,
        metadata: Option<&PluginMetadata>,
    ) -> Result<Self, LoadError> {
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
            let source = std::io::Error::other("its name is no text, so nothing can approve it");
            return Err(LoadError::Read { path: path.to_owned(), source });
        };
        let (file, name) = (file.to_owned(), file.to_owned());
        let mut plugin = LockedPlugin { file, name, ..Self::default() };
        metadata.into_iter().for_each(|metadata| plugin.describe(metadata));
        Ok(plugin)
    }

    fn describe(&mut self, metadata: &PluginMetadata) {
        self.name.clone_from(&metadata.package.name);
        self.version.clone_from(&metadata.package.version);
        self.abi = Some(metadata.package.abi_version);
        self.interfaces = interfaces(metadata);
    }
}

/// Returns what a lock has of the interfaces of a library.
pub(super) fn interfaces(metadata: &PluginMetadata) -> Vec<LockedInterface> {
    let mut all: Vec<_> = metadata
        .interfaces
        .iter()
        .map(|interface| LockedInterface {
            path: interface.path.clone(),
            version: interface.version.clone(),
            fingerprint: interface.fingerprint,
        })
        .collect();
    all.sort();
    all
}

/// Formats interfaces with their versions, on one line.
pub(super) fn listed_interfaces(interfaces: &[LockedInterface]) -> String {
    let each = interfaces.iter().map(|it| format!("{} {}", it.path, it.version));
    each.collect::<Vec<_>>().join(", ")
}

/// Returns the build-id of a library; empty if it has none.
pub(super) fn build_id<'d>(library: impl object::ReadRef<'d>) -> String {
    let found = object::File::parse(library).ok();
    let id = found.as_ref().and_then(|file| file.build_id().ok().flatten()).unwrap_or_default();
    id.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
