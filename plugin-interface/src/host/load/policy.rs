//! Policy: the libraries that a host refuses although they are compatible.

use core::fmt;
use std::collections::BTreeSet;
use std::error::Error;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
#[cfg(feature = "tasks")]
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::error::{LoadError, debug_as_message};
use crate::host::file::copies::Copies;
use crate::host::file::digest::Digest;
#[cfg(not(feature = "trust"))]
use crate::host::file::digest::{Algorithm, digest_of_parts};
use crate::host::library::unmap::Earlier;
use crate::host::load::decided::Decided;
use crate::host::load::host_context::{HostContext, folder_of};
use crate::host::load::needs::Needs;
use crate::host::platform;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
use crate::host::tasks::PluginExecutor;
#[cfg(feature = "trust")]
pub(super) use crate::host::trust::gate::Approval;
#[cfg(feature = "trust")]
use crate::host::trust::gate::{Found, Gate};
use crate::metadata::PluginMetadata;

/// The rules by which a host refuses plugins.
///
/// The default refuses files that any user could have written: files and
/// directories that are writable by all, as Unix defines it. A directory with
/// the sticky bit, such as one for temporary files, is allowed. It refuses links that
/// lead to [files of other users](Self::allow_links_outside), too.
///
/// ```
/// use plugin_interface::{LoadPolicy, PluginManager};
///
/// # fn main() -> Result<(), plugin_interface::PolicyError> {
/// let policy = LoadPolicy::new()
///     .pin_sha256("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")?
///     .deny("greeter-of-last-year");
/// let manager = PluginManager::with_policy(policy);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LoadPolicy {
    pinned: BTreeSet<Digest>,
    denied: BTreeSet<String>,
    world_writable: bool,
    pub(super) links_outside: bool,
    /// The number of versions of one library, and of their bytes, that may be
    /// mapped after they were closed. More are refused.
    retained: (usize, u64),
    copies: Copies,
    /// A plugin may be replaced while others use its services.
    replaces_providers: bool,
    /// The time that a plugin has to stop.
    stop_within: Duration,
    /// What runs the tasks of plugins.
    executor: PluginExecutor,
    /// The folders of all plugins for their data and their caches.
    data_root: Option<PathBuf>,
    cache_root: Option<PathBuf>,
    #[cfg(feature = "configure")]
    configuration: Option<Configuration>,
    #[cfg(feature = "trust")]
    pub(crate) gate: Gate,
}

/// Nothing is known about a content without the feature `trust`.
#[cfg(not(feature = "trust"))]
#[derive(Default)]
pub(crate) struct Approval {}

impl Default for LoadPolicy {
    fn default() -> Self {
        LoadPolicy {
            pinned: BTreeSet::new(),
            denied: BTreeSet::new(),
            world_writable: false,
            links_outside: false,
            retained: (128, 512 << 20),
            copies: Copies::Temporary,
            replaces_providers: true,
            stop_within: Duration::from_secs(10),
            executor: PluginExecutor::default(),
            data_root: None,
            cache_root: None,
            #[cfg(feature = "configure")]
            configuration: None,
            #[cfg(feature = "trust")]
            gate: Gate::default(),
        }
    }
}

impl fmt::Debug for LoadPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (versions, bytes) = self.retained;
        let mut policy = f.debug_struct("LoadPolicy");
        #[cfg(feature = "trust")]
        policy.field("trust", &self.gate);
        #[cfg(feature = "configure")]
        policy.field("configuration", &self.configuration);
        policy
            .field("pinned", &self.pinned)
            .field("denied", &self.denied)
            .field("data_root", &self.data_root)
            .field("cache_root", &self.cache_root)
            .field("world_writable", &self.world_writable)
            .field("links_outside", &self.links_outside)
            .field("replaces_providers", &self.replaces_providers)
            .field("stop_within", &self.stop_within)
            .field("executor", &self.executor)
            .field("retained_versions", &versions)
            .field("retained_bytes", &bytes)
            .finish()
    }
}

/// The error of creating a policy.
///
/// ```
/// let error = plugin_interface::LoadPolicy::new().pin_sha256("abc").unwrap_err();
/// assert_eq!(error.to_string(), "expected a SHA-256 digest of 64 hexadecimal digits, found `abc`");
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The text is no digest.
    #[error("expected a SHA-256 digest of 64 hexadecimal digits, found `{found}`")]
    Digest {
        /// The text.
        found: String,
    },
}

debug_as_message!(PolicyError);

impl LoadPolicy {
    /// The default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether a manager that watches may replace a plugin while others use its
    /// services. By default it may, and the others are created again with the new
    /// services. With `false` the new version is refused until nobody uses the old
    /// one.
    ///
    /// ```
    /// let policy = plugin_interface::LoadPolicy::new().replace_providers(false);
    /// let manager = plugin_interface::PluginManager::with_policy(policy);
    /// ```
    pub fn replace_providers(self, replace: bool) -> Self {
        LoadPolicy { replaces_providers: replace, ..self }
    }

    /// Sets the time that a plugin with a [lifecycle](crate::PluginLifecycle) has to
    /// stop; 10 seconds by default. After that, the host goes on without it: its
    /// library stays loaded until its `stop` returns. Its tasks have the same time
    /// to end after they were cancelled.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let policy = plugin_interface::LoadPolicy::new().stop_within(Duration::from_secs(2));
    /// let manager = plugin_interface::PluginManager::with_policy(policy);
    /// ```
    pub fn stop_within(self, within: Duration) -> Self {
        LoadPolicy { stop_within: within, ..self }
    }

    /// Runs the tasks of plugins on an executor of this host. Without one, a plugin
    /// that spawns tasks gets an error that says so.
    ///
    /// Feature `tasks`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{LoadPolicy, PluginManager, ThreadPool};
    ///
    /// let policy = LoadPolicy::new().executor(Arc::new(ThreadPool::new(2)));
    /// let manager = PluginManager::with_policy(policy);
    /// ```
    #[cfg(feature = "tasks")]
    pub fn executor(self, executor: Arc<dyn Executor>) -> Self {
        LoadPolicy { executor: PluginExecutor::of(executor), ..self }
    }

    /// Returns the list of what is revoked, if the policy has one.
    #[cfg(feature = "watch")]
    pub(crate) fn revocations(&self) -> Option<&Path> {
        #[cfg(feature = "trust")]
        return self.gate.list();
        #[cfg(not(feature = "trust"))]
        None
    }

    /// Returns the time that a plugin has to stop.
    pub(crate) fn time_to_stop(&self) -> Duration {
        self.stop_within
    }

    /// Returns `true` if a plugin may be replaced while others use its services.
    #[cfg(feature = "watch")]
    pub(crate) fn replaces_providers(&self) -> bool {
        self.replaces_providers
    }

    /// Admits the library with that digest. Once a digest is pinned, all other
    /// libraries are refused. The digest is that of the private copy, which is
    /// the file that is mapped.
    ///
    /// # Errors
    ///
    /// If `digest` is not 64 hexadecimal digits.
    pub fn pin_sha256(mut self, digest: &str) -> Result<Self, PolicyError> {
        let invalid = || PolicyError::Digest { found: digest.to_owned() };
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(digest.as_bytes().chunks(2)) {
            let digits = core::str::from_utf8(digits).map_err(|_| invalid())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| invalid())?;
        }
        self.pinned.insert(Digest::new(bytes));
        Ok(self)
    }

    /// Refuses the plugins of a package.
    pub fn deny(mut self, package: impl Into<String>) -> Self {
        self.denied.insert(package.into());
        self
    }

    /// Admits libraries that any user may modify or replace.
    pub fn allow_world_writable(mut self) -> Self {
        self.world_writable = true;
        self
    }

    /// Sets how many closed versions of a library may still be mapped, and how
    /// many bytes of them, before another version is refused. The default is 128
    /// versions and 512 MiB. Bytes are those of code and data in memory, without
    /// debug information.
    ///
    /// Each library has its own budget, so that one whose threads never end, or
    /// whose objects are kept, affects no other. A version is unmapped when its
    /// last object is dropped and its last thread has ended.
    ///
    /// ```
    /// let policy = plugin_interface::LoadPolicy::new().retain(8, 16 << 20);
    /// ```
    pub fn retain(mut self, versions: usize, bytes: u64) -> Self {
        self.retained = (versions, bytes);
        self
    }

    /// Sets the place of the private copies that libraries are loaded from.
    pub fn copies(mut self, copies: Copies) -> Self {
        self.copies = copies;
        self
    }

    /// Sets the folder for the data of plugins. Each package has a folder of its
    /// own in it, which a plugin creates at its first use
    /// ([`PluginContext::data_dir`](crate::PluginContext::data_dir)).
    ///
    /// ```
    /// use plugin_interface::{LoadPolicy, PluginManager};
    ///
    /// let policy = LoadPolicy::new()
    ///     .data_root("/var/lib/app/plugins")
    ///     .cache_root("/var/cache/app/plugins");
    /// let manager = PluginManager::with_policy(policy);
    /// ```
    pub fn data_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_root = Some(folder.into());
        self
    }

    /// Sets the folder for what plugins can make again, in the same way
    /// ([`PluginContext::cache_dir`](crate::PluginContext::cache_dir)).
    pub fn cache_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache_root = Some(folder.into());
        self
    }

    /// Configures plugins: refuses those that are disabled, and those whose
    /// settings have a mistake, and passes the settings to the others.
    ///
    /// Feature `configure`.
    ///
    /// ```
    /// use plugin_interface::{Configuration, LoadPolicy};
    ///
    /// let configuration = Configuration::parse("built in", b"[plugins.resize]\nenabled = false\n")?;
    /// let policy = LoadPolicy::new().configuration(configuration);
    /// # Ok::<(), plugin_interface::ConfigurationError>(())
    /// ```
    #[cfg(feature = "configure")]
    pub fn configuration(mut self, configuration: Configuration) -> Self {
        self.configuration = Some(configuration);
        self
    }

    /// Sets the configuration, or removes it.
    #[cfg(all(feature = "watch", feature = "configure"))]
    pub(crate) fn reconfigure(&mut self, configuration: Option<Configuration>) {
        self.configuration = configuration;
    }

    /// Returns the configuration.
    #[cfg(feature = "configure")]
    pub(crate) fn configured(&self) -> Option<&Configuration> {
        self.configuration.as_ref()
    }

    /// Returns what the constructors of a library are told, or refuses it.
    pub(super) fn host_context(
        &self,
        #[cfg_attr(not(feature = "configure"), expect(unused_variables))] path: &Path,
        metadata: &PluginMetadata,
    ) -> Result<HostContext, LoadError> {
        let folder = |root: &Option<PathBuf>| {
            root.as_ref().map(|root| folder_of(root, &metadata.package.name))
        };
        Ok(HostContext {
            needs: Needs::default(),
            data_dir: folder(&self.data_root),
            cache_dir: folder(&self.cache_root),
            executor: self.executor.clone(),
            stop_within: self.stop_within,
            #[cfg(feature = "configure")]
            settings: match &self.configuration {
                Some(configuration) => configuration.values(path, metadata)?,
                None => Default::default(),
            },
        })
    }

    pub(super) fn place_of_copies(&self) -> &Copies {
        &self.copies
    }

    /// Returns `true` if only libraries of certain contents are allowed.
    pub(super) fn needs_content(&self) -> bool {
        #[cfg(feature = "trust")]
        if self.gate.needs_content() {
            return true;
        }
        !self.pinned.is_empty()
    }

    /// Refuses another version beside those that are still mapped.
    pub(super) fn check_room(&self, path: &Path, earlier: Earlier) -> Result<(), LoadError> {
        let Earlier { versions, bytes, outcome } = earlier;
        if versions < self.retained.0 && bytes < self.retained.1 {
            return Ok(());
        }
        let (path, outcome) = (path.to_owned(), Box::new(outcome));
        Err(LoadError::StillMapped { path, versions, bytes, outcome })
    }

    /// Refuses a file that any user may modify, in a directory that
    /// `check_directory` allowed.
    pub(crate) fn check_file(&self, path: &Path, file: &Metadata) -> Result<(), LoadError> {
        if self.world_writable || !platform::is_world_writable(file) {
            return Ok(());
        }
        let (path, culprit) = (path.to_owned(), path.to_owned());
        Err(LoadError::WorldWritable { path, culprit })
    }

    /// Refuses a path, or the target of its links, where any user may put
    /// another file. Returns the path without links.
    ///
    /// In a sticky directory any user may add files. A file there must belong
    /// to this user, to root, or to the owner of the directory.
    pub(crate) fn check_directory(&self, path: &Path) -> Result<PathBuf, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let named = std::path::absolute(path).map_err(unreadable)?;
        let is_direct = self.check_way(path, &named)?;
        // On other systems, names of a file differ even without a link.
        if is_direct && cfg!(target_os = "linux") {
            return Ok(named);
        }
        let real = path.canonicalize().map_err(unreadable)?;
        self.check_way(path, &real)?;
        Ok(real)
    }

    /// Checks one of the ways to a file. Returns `true` if there is no link on
    /// it.
    fn check_way(&self, path: &Path, way: &Path) -> Result<bool, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        // Some names begin so too: then the path without links is looked up.
        let mut is_direct = !way.as_os_str().as_encoded_bytes().windows(3).any(|n| n == b"/..");
        let mut inner = way.symlink_metadata().map_err(unreadable)?;
        for outer_path in way.ancestors().skip(1) {
            let outer = outer_path.symlink_metadata().map_err(unreadable)?;
            is_direct &= !inner.is_symlink();
            let directory = match outer.is_symlink() {
                true => &outer_path.metadata().map_err(unreadable)?,
                false => &outer,
            };
            let is_replaceable = platform::is_world_writable(directory)
                && (!platform::is_sticky(directory)
                    || !platform::is_trusted_in_sticky(&inner, directory));
            if is_replaceable && !self.world_writable {
                let (path, culprit) = (path.to_owned(), outer_path.to_owned());
                return Err(LoadError::WorldWritable { path, culprit });
            }
            inner = outer;
        }
        Ok(is_direct)
    }

    /// Refuses a library by its content, which `read` hands over in parts while
    /// the private copy is written. Takes down what was decided.
    #[cfg(feature = "trust")]
    pub(super) fn check_content(
        &self,
        path: &Path,
        size: u64,
        #[cfg_attr(not(feature = "tracing"), expect(unused_variables))] decided: &mut Decided,
        read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
    ) -> Result<Approval, LoadError> {
        let mut found = Found::default();
        let is_pinned = !self.pinned.is_empty();
        let checked = self.gate.check_content(path, size, is_pinned, &mut found, read);
        let checked = checked.and_then(|(digest, approval)| {
            self.check_pinned(path, &digest)?;
            Ok(approval)
        });
        #[cfg(feature = "tracing")]
        {
            *decided = Decided::on(path, self.asked_approval(), found, checked.as_ref().err());
        }
        checked
    }

    /// Refuses a library by its digest, likewise.
    #[cfg(not(feature = "trust"))]
    pub(super) fn check_content(
        &self,
        path: &Path,
        size: u64,
        _: &mut Decided,
        read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
    ) -> Result<Approval, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let digest = digest_of_parts(Algorithm::Sha256, size, read).map_err(unreadable)?;
        self.check_pinned(path, &digest)?;
        Ok(Approval::default())
    }

    fn check_pinned(&self, path: &Path, found: &Digest) -> Result<(), LoadError> {
        if self.pinned.is_empty() || self.pinned.contains(found) {
            return Ok(());
        }
        Err(LoadError::NotPinned { path: path.to_owned(), found: found.to_string() })
    }

    /// Returns the approval that this policy asks for, for events.
    #[cfg(all(feature = "trust", feature = "tracing"))]
    pub(crate) fn asked_approval(&self) -> String {
        let pinned = if self.pinned.is_empty() { "" } else { ", pinned" };
        format!("{}{pinned}", self.gate.required())
    }

    /// Refuses a package that is denied.
    pub(crate) fn check_package(
        &self,
        path: &Path,
        metadata: &PluginMetadata,
    ) -> Result<(), LoadError> {
        let package = &metadata.package.name;
        if self.denied.contains(package) {
            let (path, package) = (PathBuf::from(path), package.clone());
            return Err(LoadError::Denied { path, package });
        }
        Ok(())
    }
}
