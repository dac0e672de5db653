//! The manager: loads plugins, and knows what it loaded and what it rejected.

#[cfg(feature = "watch")]
mod batch;
mod dependencies;
#[cfg(feature = "watch")]
mod disabling;
#[cfg(all(feature = "watch", feature = "configure"))]
pub(crate) mod followed_file;
pub(crate) mod handle;
#[cfg(feature = "watch")]
mod held;
#[cfg(all(unix, feature = "process"))]
mod isolated;
mod libraries;
mod linked;
#[cfg(feature = "watch")]
mod load_order;
mod probe_child;
mod provide;
#[cfg(all(feature = "watch", feature = "configure"))]
mod reconfigure;
#[cfg(feature = "watch")]
pub(crate) mod retry;
mod scan;
#[cfg(feature = "watch")]
mod session;
#[cfg(feature = "watch")]
mod shadowing;
mod starting;
pub(crate) mod survey;
#[cfg(feature = "watch")]
mod watching;

use core::fmt;
use core::marker::PhantomData;
use std::path::{Path, PathBuf};

#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::dev_report;
use crate::host::error::{LoadError, UnloadError};
use crate::host::file::identity::FileNames;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::admit::Wanted;
use crate::host::load::discover::Candidate;
#[cfg(all(unix, feature = "process"))]
use crate::host::load::host_context::HostContext;
#[cfg(all(unix, feature = "process"))]
use crate::host::load::plugins::BeforeOpen;
use crate::host::load::plugins::Plugins;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::manager::handle::{PluginHandle, StaysOnItsThread};
#[cfg(feature = "trust")]
use crate::host::manager::libraries::RevokedLibrary;
use crate::host::manager::libraries::{Libraries, LoadedHandles};
use crate::host::manager::scan::Scan;
use crate::host::manager::starting::Starting;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;

/// Finds, checks and loads plugins.
///
/// Libraries are loaded from private copies, and each is checked before any of
/// its code runs. A manager stays on one thread, as its handles do. The handles
/// and proxies own the libraries, not the manager: a library is closed when the
/// last of them is dropped.
///
/// ```
/// use plugin_interface::{Greeter, PluginManager};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let directory = directory.path();
/// let mut manager = PluginManager::new();
/// let greeters = manager.load::<dyn Greeter>(directory)?;
/// assert!(greeters.is_empty(), "a directory without plugins is no error");
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct PluginManager {
    libraries: Libraries,
    rejected: Vec<Rejected>,
    /// The watches, and what was loaded by them.
    #[cfg(feature = "watch")]
    watching: held::Watching,
    thread: PhantomData<StaysOnItsThread>,
}

/// A file of the last scan that was not loaded, or a registration that could
/// not be created. It prints as its error, which names the file.
#[non_exhaustive]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// The error.
    pub error: LoadError,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message and its causes, like the `Debug` form.
        fmt::Debug::fmt(&self.error, f)
    }
}

impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The error names the file.
        f.debug_tuple("Rejected").field(&self.error).finish()
    }
}

impl fmt::Debug for PluginManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginManager")
            .field("loaded", &self.libraries.loaded_paths())
            .field("rejected", &self.rejected)
            .field("policy", self.libraries.loader().policy())
            .finish()
    }
}

impl PluginManager {
    /// Creates a manager with the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a manager with a policy.
    pub fn with_policy(policy: LoadPolicy) -> Self {
        PluginManager { libraries: Libraries::new(policy), ..Self::default() }
    }

    /// Tries each library in a child process before it is opened. A library
    /// that survived is not tried again until its file changes.
    pub fn with_probe(self, probe: Probe) -> Self {
        PluginManager { libraries: self.libraries.with_probe(probe), ..self }
    }

    /// Configures the plugins that are loaded from now on: refuses those that
    /// are disabled, and those whose settings have a mistake, before any of their
    /// code runs. A directory is loaded in the order of the configuration.
    ///
    /// What is loaded stays as it is. Feature `configure`.
    #[cfg(feature = "configure")]
    pub fn configure(&mut self, configuration: Configuration) {
        self.libraries.configure(configuration);
    }

    /// Loads every plugin for `interface` from the libraries in `directory`,
    /// in the order of their file names.
    ///
    /// A library that cannot be loaded does not affect the others:
    /// [`rejected`](Self::rejected) names it with its error.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn load_plugins(
        &mut self,
        directory: impl AsRef<Path>,
        interface: PluginTrait,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.scan(directory.as_ref(), Some(interface))
    }

    /// Loads every plugin in `directory`, whatever its interface.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn load_all(
        &mut self,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.scan(directory.as_ref(), None)
    }

    /// Loads every plugin for `I` in `directory` and returns their proxies.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn load<I: Interface + ?Sized>(
        &mut self,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<I::Proxy>, LoadError> {
        let handles = self.load_plugins(directory, PluginTrait::of::<I>())?;
        Ok(self.proxies::<I>(handles))
    }

    /// Returns the proxies of handles. Those that have none are rejected.
    fn proxies<I: Interface + ?Sized>(&mut self, handles: Vec<PluginHandle>) -> Vec<I::Proxy> {
        let mut proxies = Vec::new();
        for handle in handles {
            match handle.proxy::<I>() {
                Ok(proxy) => proxies.push(proxy),
                Err(source) => {
                    let path = handle.path().to_owned();
                    let error = LoadError::Proxy { path: path.clone(), source };
                    self.rejected.push(Rejected { path, error });
                }
            }
        }
        proxies
    }

    /// Loads every plugin of one library, whatever its interface.
    ///
    /// # Errors
    ///
    /// If the library cannot be loaded or none of its plugins can be created.
    /// If only some cannot, [`rejected`](Self::rejected) names them.
    pub fn load_library(&mut self, path: impl AsRef<Path>) -> Result<Vec<PluginHandle>, LoadError> {
        self.rejected.clear();
        let path = path.as_ref();
        let loaded = self.libraries.load(&Candidate::named(path), Plugins::of(Wanted::Any))?;
        let Some(LoadedHandles { handles, mut failed, .. }) = loaded else { return Ok(Vec::new()) };
        self.libraries.publish(&handles);
        let (handles, not_started) = Starting::default().start(&self.libraries, handles);
        failed.extend(not_started);
        let last = failed.pop_if(|_| handles.is_empty());
        self.reject(path, failed);
        report_used(&handles);
        last.map_or(Ok(handles), Err)
    }

    /// Returns the metadata of a library that would be loaded.
    ///
    /// # Errors
    ///
    /// If a load would refuse the file before it opens it.
    pub fn examine(&self, path: &Path) -> Result<PluginMetadata, LoadError> {
        self.libraries.examine(&Candidate::named(path), Plugins::of(Wanted::Any))
    }

    /// Returns what the last load rejected, in the order of the files.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Takes what the last load rejected.
    pub fn take_rejected(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.rejected)
    }

    /// Unloads the library at `path`, and forgets it. Any path of it will do
    /// that it had when it was loaded: the file may be gone, and links may have
    /// moved since.
    ///
    /// Returns the count of its unmakers if it is closed. Returns `None` while
    /// a handle or a proxy of it exists: the last of them closes it.
    ///
    /// # Errors
    ///
    /// If no library was loaded from there.
    pub fn unload_by_path(&mut self, path: impl AsRef<Path>) -> Result<Option<u64>, UnloadError> {
        let wanted = FileNames::of(path.as_ref());
        #[cfg(feature = "watch")]
        self.watching.held.retain(|held| !held.is_at(&wanted));
        let not_loaded = || UnloadError::NotLoaded { path: path.as_ref().to_owned() };
        self.libraries.forget(&wanted).ok_or_else(not_loaded)
    }

    /// Returns the outcome of closing the library that was loaded from `path`,
    /// or `None` if it is loaded or never was. The outcome of a pinned library
    /// changes when it is unmapped.
    pub fn outcome(&self, path: impl AsRef<Path>) -> Option<UnloadOutcome> {
        self.libraries.outcome(&FileNames::of(path.as_ref()))
    }

    fn scan(
        &mut self,
        directory: &Path,
        wanted: Option<PluginTrait>,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.rejected.clear();
        let paths = self.libraries.candidates(directory)?;
        let mut scan = Scan::new(wanted);
        for path in &paths {
            scan.load(&mut self.libraries, path, true);
            while let Some(path) = scan.dependencies.take_ready(self.libraries.offers()) {
                scan.load(&mut self.libraries, &path, true);
            }
        }
        // Nothing that they need comes any more: each plugin by itself, as far as its
        // needs are met.
        while let Some(path) = scan.dependencies.take_waiting() {
            scan.load(&mut self.libraries, &path, false);
            while let Some(path) = scan.dependencies.take_ready(self.libraries.offers()) {
                scan.load(&mut self.libraries, &path, true);
            }
        }
        scan.start(&self.libraries);
        let (handles, rejected) = scan.finish(&paths);
        report_used(&handles);
        for (path, error) in rejected {
            dev_report::refused(&path, &error);
            self.rejected.push(Rejected { path, error });
        }
        #[cfg(feature = "trust")]
        self.reject_revoked();
        Ok(handles)
    }

    fn reject(&mut self, path: &Path, errors: impl IntoIterator<Item = LoadError>) {
        let rejected = |error| Rejected { path: path.to_owned(), error };
        self.rejected.extend(errors.into_iter().map(rejected));
    }

    /// Rejects libraries that were loaded before they were revoked.
    #[cfg(feature = "trust")]
    fn reject_revoked(&mut self) {
        for RevokedLibrary { path, error, decided } in self.libraries.revoked() {
            // A panic of the subscriber was printed, and hides nothing here.
            let _ = decided.emit();
            // The file itself was rejected for the same reason.
            self.rejected
                .retain(|it| it.path != path || !matches!(it.error, LoadError::Revoked { .. }));
            self.rejected.push(Rejected { path, error });
        }
    }

    /// Loads from a copy that another process made, as if from `path`.
    pub(in crate::host) fn load_copied(
        &mut self,
        path: &Path,
        copy: &Path,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.load_copy_of(path, copy, Plugins::of(Wanted::Any))
    }

    /// Does the same, and tells the constructors what that process says. Calls
    /// `prepare` before anything of the library runs.
    #[cfg(all(unix, feature = "process"))]
    pub(in crate::host) fn load_told(
        &mut self,
        path: &Path,
        copy: &Path,
        context: HostContext,
        prepare: &mut BeforeOpen<'_>,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.load_copy_of(path, copy, Plugins::of(Wanted::Any).telling(context).after(prepare))
    }

    fn load_copy_of(
        &mut self,
        path: &Path,
        copy: &Path,
        plugins: Plugins<'_>,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        let candidate = Candidate::named(path).copied_to(copy);
        let loaded = self.libraries.load(&candidate, plugins)?;
        let Some(LoadedHandles { handles, failed, .. }) = loaded else { return Ok(Vec::new()) };
        let (handles, not_started) = Starting::default().start(&self.libraries, handles);
        self.reject(path, failed.into_iter().chain(not_started));
        Ok(handles)
    }
}

/// Reports to `plugin-host dev` that the libraries of these handles are used.
fn report_used(handles: &[PluginHandle]) {
    let builds = handles.iter().filter_map(PluginHandle::head);
    dev_report::used(dev_report::once_each(builds));
}
