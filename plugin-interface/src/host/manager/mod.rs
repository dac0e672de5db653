//! Drives the stages, and remembers what was loaded and what was not.

pub(crate) mod handle;
#[cfg(feature = "watch")]
mod held;
#[cfg(feature = "watch")]
mod session;
#[cfg(feature = "watch")]
mod watching;

use core::fmt;
use core::marker::PhantomData;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{LoadError, UnloadError};
use crate::host::file::duplicates::{Duplicates, Head};
use crate::host::file::private_copy;
use crate::host::file::private_copy::{FileIdentity, PrivateCopy};
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::outcome::{CloseRecord, UnloadOutcome};
use crate::host::library::unmap;
use crate::host::load::check::{AnyMachine, check, check_copy, open_regular};
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::load::{admit, discover, make, open};
use crate::host::manager::handle::{PluginHandle, StaysOnItsThread};
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;

/// Finds, checks and loads plugins.
///
/// Libraries are loaded from private copies; each is checked before any of its
/// code runs. The manager stays on one thread, as the handles do. What it
/// loads belongs to the handles and proxies that it gives out, not to it: a
/// library is closed when the last of those goes.
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
#[derive(Debug, Default)]
pub struct PluginManager {
    policy: LoadPolicy,
    probe: Option<Probe>,
    /// What was probed well, and has not changed since.
    survivors: HashSet<FileIdentity>,
    /// Made with the first copy, removed with the last owner.
    copies: Option<Arc<PrivateDirectory>>,
    loaded: Vec<Loaded>,
    rejected: Vec<Rejected>,
    /// What it loaded by watching, and how it watches.
    #[cfg(feature = "watch")]
    watching: watching::Watching,
    thread: PhantomData<StaysOnItsThread>,
}

/// A library that was loaded, and what became of it.
#[derive(Debug)]
struct Loaded {
    /// What the path meant when it was loaded.
    identity: PathBuf,
    close_record: CloseRecord,
}

/// A file of the last scan that was not loaded, or a registration that could
/// not be made. Its text is that of the error, which names the file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: LoadError,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message and its causes, as the `Debug` form has them.
        fmt::Debug::fmt(&self.error, f)
    }
}

/// A file that may be a plugin, and what it says of itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct ScanEntry {
    /// The file.
    pub path: PathBuf,
    /// Its metadata, or why it would not be loaded.
    pub result: Result<PluginMetadata, LoadError>,
}

impl PluginManager {
    /// A manager that has loaded nothing, with the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// A manager that refuses what `policy` does.
    pub fn with_policy(policy: LoadPolicy) -> Self {
        PluginManager { policy, ..Self::default() }
    }

    /// Tries each library in a child process before opening it. One that was
    /// tried well is not tried again until its file changes.
    pub fn with_probe(self, probe: Probe) -> Self {
        PluginManager { probe: Some(probe), ..self }
    }

    /// Loads every plugin for `interface` from the libraries in `directory`,
    /// in the order of their file names.
    ///
    /// One that cannot be loaded does not hinder the others:
    /// [`rejected`](Self::rejected) names it, and why.
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

    /// Loads every plugin for `I` in `directory` and gives its typed proxy.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn load<I: Interface + ?Sized>(
        &mut self,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<I::Proxy>, LoadError> {
        let handles = self.load_plugins(directory, PluginTrait::of::<I>())?;
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
        Ok(proxies)
    }

    /// Loads every plugin of one library, whatever its interface.
    ///
    /// # Errors
    ///
    /// If the library cannot be loaded or none of its plugins can be made. If
    /// only some cannot, [`rejected`](Self::rejected) names them.
    pub fn load_library(&mut self, path: impl AsRef<Path>) -> Result<Vec<PluginHandle>, LoadError> {
        self.rejected.clear();
        let path = path.as_ref();
        let copy = self.copy(path)?;
        let mut handles = Vec::new();
        self.load_copy(path, copy, None, &mut handles)?;
        match (handles.is_empty(), self.rejected.pop()) {
            (true, Some(last)) => Err(last.error),
            (_, last) => {
                self.rejected.extend(last);
                Ok(handles)
            }
        }
    }

    /// What a load of `directory` would find, file by file, up to the point
    /// where code would run: nothing is opened, nothing is executed.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// for found in plugin_interface::PluginManager::new().survey(directory)? {
    ///     match found.result {
    ///         Ok(metadata) => println!("{}", metadata.package.name),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn survey(&self, directory: impl AsRef<Path>) -> Result<Vec<ScanEntry>, LoadError> {
        let mut duplicates = Duplicates::default();
        let candidates = discover::candidates(directory.as_ref())?;
        // The same directory for all of them, but for what links lead to.
        let is_allowed = candidates.iter().find(|path| !path.is_symlink());
        let is_allowed = is_allowed.is_some_and(|path| self.policy.check_directory(path).is_ok());
        let examine = |path: PathBuf| {
            let examined = match is_allowed {
                true => self.examine_in_directory(&path),
                false => discover::check_link(&path).and_then(|()| self.examine_file(&path)),
            };
            let result = examined.and_then(|(metadata, head)| {
                match duplicates.earlier(&path, &path, head) {
                    None => Ok(metadata),
                    Some(of) => Err(LoadError::Duplicate { path: path.clone(), of: of.to_owned() }),
                }
            });
            ScanEntry { path, result }
        };
        Ok(candidates.into_iter().map(examine).collect())
    }

    /// What one library says of itself, if it would be loaded.
    ///
    /// # Errors
    ///
    /// If a load would refuse the file before it opens it.
    pub fn examine(&self, path: &Path) -> Result<PluginMetadata, LoadError> {
        self.examine_file(path).map(|(metadata, _)| metadata)
    }

    fn examine_file(&self, path: &Path) -> Result<(PluginMetadata, Head), LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let file = path.metadata().map_err(unreadable)?;
        private_copy::regular(path, &file)?;
        self.policy.check_file(path, &file)?;
        self.policy.check_directory(path)?;
        self.examine_content(path)
    }

    /// A file of a directory that is allowed.
    fn examine_in_directory(&self, path: &Path) -> Result<(PluginMetadata, Head), LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let file = path.symlink_metadata().map_err(unreadable)?;
        if file.is_symlink() {
            discover::check_link(path)?;
            return self.examine_file(path);
        }
        private_copy::regular(path, &file)?;
        self.policy.check_file(path, &file)?;
        self.examine_content(path)
    }

    fn examine_content(&self, path: &Path) -> Result<(PluginMetadata, Head), LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let file = open_regular(path)?;
        let metadata = check(path, &file, AnyMachine::Refused)?;
        admit::admit(path, &metadata, &self.policy, None)?;
        self.policy.check_content(path, path)?;
        Ok((metadata, file.head().map_err(unreadable)?))
    }

    /// What the last call that loads did not load, in the order of the files.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// What the last call that loads did not load, to keep.
    pub fn take_rejected(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.rejected)
    }

    /// Unloads the library at `path`, and forgets it.
    ///
    /// Gives the count of its unmakers if it is closed, and `None` while
    /// somebody holds a handle or a proxy of it: the last of them closes it.
    ///
    /// # Errors
    ///
    /// If no library was loaded from there.
    pub fn unload_by_path(&mut self, path: impl AsRef<Path>) -> Result<Option<u64>, UnloadError> {
        let wanted = identity(path.as_ref());
        #[cfg(feature = "watch")]
        self.watching.held.retain(|held| !held.is_at(path.as_ref(), &wanted));
        let before = self.loaded.len();
        let mut counters = Vec::new();
        self.loaded.retain(|loaded| {
            let found = loaded.identity == wanted;
            if found {
                counters.push(loaded.close_record.count());
            }
            !found
        });
        if self.loaded.len() == before {
            return Err(UnloadError::NotLoaded { path: path.as_ref().to_owned() });
        }
        Ok(counters.into_iter().sum())
    }

    /// What became of the library that was loaded from `path`; `None` while it
    /// is loaded, and if it never was. One that was pinned changes to unmapped
    /// when that has happened.
    pub fn outcome(&self, path: impl AsRef<Path>) -> Option<UnloadOutcome> {
        let wanted = identity(path.as_ref());
        let last = self.loaded.iter().rfind(|loaded| loaded.identity == wanted)?;
        unmap::sweep();
        last.close_record.outcome()
    }

    fn scan(
        &mut self,
        directory: &Path,
        wanted: Option<PluginTrait>,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.rejected.clear();
        let mut handles = Vec::new();
        let mut duplicates = Duplicates::default();
        // Until the end, so that their copies can be compared with.
        let mut libraries = Vec::new();
        for path in discover::candidates(directory)? {
            match self.load_candidate(&path, wanted, &mut duplicates, &mut handles) {
                Ok(library) => libraries.push(library),
                Err(error) => self.rejected.push(Rejected { path, error }),
            }
        }
        Ok(handles)
    }

    /// Loads a file of a directory, unless it is an earlier one again.
    fn load_candidate(
        &mut self,
        path: &Path,
        wanted: Option<PluginTrait>,
        duplicates: &mut Duplicates,
        handles: &mut Vec<PluginHandle>,
    ) -> Result<Arc<LoadedLibrary>, LoadError> {
        discover::check_link(path)?;
        let copy = self.copy(path)?;
        if let Some(of) = duplicates.earlier(path, copy.path(), copy.head()) {
            return Err(LoadError::Duplicate { path: path.to_owned(), of: of.to_owned() });
        }
        self.load_copy(path, copy, wanted, handles)
    }

    /// Everything behind the copy; a registration that cannot be made is
    /// rejected, the others are added to `handles`.
    fn load_copy(
        &mut self,
        path: &Path,
        mut copy: PrivateCopy,
        wanted: Option<PluginTrait>,
        handles: &mut Vec<PluginHandle>,
    ) -> Result<Arc<LoadedLibrary>, LoadError> {
        let metadata = check_copy(path, &mut copy)?;
        admit::admit(path, &metadata, &self.policy, wanted)?;
        self.try_in_child(path, &copy)?;
        let identity = copy.real().to_owned();
        let library = Arc::new(open::open(path, copy, metadata)?);
        let before = handles.len();
        let all = make::make(&library, wanted);
        if all.is_empty() {
            return Err(LoadError::NothingMade { path: path.to_owned() });
        }
        for made in all {
            match made {
                Ok(instance) => handles.push(PluginHandle::new(instance)),
                Err(error) => self.rejected.push(Rejected { path: path.to_owned(), error }),
            }
        }
        if handles.len() > before {
            // What was closed since it was loaded from there is history.
            self.loaded.retain(|l| !l.close_record.is_written() || l.identity != identity);
            self.loaded.push(Loaded { identity, close_record: library.close_record() });
        }
        Ok(library)
    }
}

impl PluginManager {
    /// Loads from a copy that another process made, as if from `path`.
    pub(crate) fn load_copied(
        &mut self,
        path: &Path,
        copy: &Path,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        let mut handles = Vec::new();
        let copy = self.copy(copy)?;
        self.load_copy(path, copy, None, &mut handles)?;
        Ok(handles)
    }

    /// A private copy; where it lies stays for the next ones.
    fn copy(&mut self, path: &Path) -> Result<PrivateCopy, LoadError> {
        let copy = PrivateCopy::of(path, &self.policy)?;
        self.copies.get_or_insert_with(|| copy.directory());
        Ok(copy)
    }

    fn try_in_child(&mut self, path: &Path, copy: &PrivateCopy) -> Result<(), LoadError> {
        let Some(probe) = &self.probe else { return Ok(()) };
        if !self.survivors.contains(copy.origin()) {
            probe.run(path, copy.path())?;
            self.survivors.insert(copy.origin().clone());
        }
        Ok(())
    }
}

/// A path by which two names of one file are equal, as far as the file is
/// still there to tell.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
