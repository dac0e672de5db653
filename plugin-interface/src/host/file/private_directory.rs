//! The directory of this process's private copies.
//!
//! Only its owner may enter it. It is created with the first copy and removed
//! with the last, or when the process ends normally. It is locked for as long
//! as its process lives: the next process removes directories that are not
//! locked, which a killed process left. One whose copies are kept has no lock,
//! and nobody removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use super::copies::Copies;
use crate::host::file::open::open_without_waiting;
use crate::host::platform;

const PREFIX: &str = concat!(env!("CARGO_PKG_NAME"), "-");
const LOCK: &str = ".locked-by-plugin-interface";

#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    path: PathBuf,
    next: AtomicU64,
    /// The process that created it: a forked one must not remove it.
    creator: u32,
    /// Held by the open file; `None` if the copies are kept.
    lock: Option<File>,
}

/// The directories that this process uses, by the choice of their place.
static CURRENT: Mutex<Vec<(Copies, Weak<PrivateDirectory>)>> = Mutex::new(Vec::new());

/// The directories to remove when the process ends, and the process that
/// created them.
static AT_EXIT: Mutex<Vec<(PathBuf, u32)>> = Mutex::new(Vec::new());

/// Creates an empty file in this process's directory, with a name that ends in
/// `name`. Returns the directory too, which must be kept.
pub(crate) fn file(
    name: &OsStr,
    copies: &Copies,
) -> io::Result<(File, PathBuf, Arc<PrivateDirectory>)> {
    let mut current = lock(&CURRENT);
    let known = current.iter().find(|(place, _)| place == copies);
    if let Some(directory) = known.and_then(|(_, directory)| directory.upgrade()) {
        match directory.file(name) {
            // The directory for temporary files was cleaned up.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            made => return made.map(|(file, path)| (file, path, directory)),
        }
    }
    let directory = Arc::new(PrivateDirectory::create(copies)?);
    current.retain(|(place, directory)| place != copies && directory.strong_count() > 0);
    current.push((copies.clone(), Arc::downgrade(&directory)));
    directory.file(name).map(|(file, path)| (file, path, directory))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PrivateDirectory {
    fn create(copies: &Copies) -> io::Result<Self> {
        let parent = copies.parent();
        if *copies != Copies::Temporary {
            fs::create_dir_all(&parent)?;
        }
        if copies.are_kept() {
            let path = named(&parent)?.keep();
            return Ok(Self::new(path, None));
        }
        sweep_once(&parent);
        Self::create_in(&parent)
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        let directory = named(parent)?;
        // Locked before it gets its name, so that no process finds it unlocked.
        let unnamed = directory.path().join("unlocked");
        let file = File::create_new(&unnamed)?;
        file.try_lock()?;
        fs::rename(unnamed, directory.path().join(LOCK))?;
        let path = directory.keep();
        lock(&AT_EXIT).push((path.clone(), std::process::id()));
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| platform::at_exit(remove_all));
        Ok(Self::new(path, Some(file)))
    }

    fn new(path: PathBuf, lock: Option<File>) -> Self {
        PrivateDirectory { path, next: AtomicU64::new(0), creator: std::process::id(), lock }
    }

    /// Returns `true` if copies are removed with their libraries.
    pub(super) fn is_to_be_removed(&self) -> bool {
        self.lock.is_some() && self.creator == std::process::id()
    }

    fn file(&self, name: &OsStr) -> io::Result<(File, PathBuf)> {
        let mut unique = OsString::from(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        unique.push("-");
        // A whole long name and a number are too long for a file system.
        let whole = unique.len() + name.len() <= 255;
        unique.push(if whole { name } else { OsStr::new("long-name") });
        let path = self.path.join(unique);
        File::create_new(&path).map(|file| (file, path))
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        if self.is_to_be_removed() {
            lock(&AT_EXIT).retain(|(path, _)| *path != self.path);
            // Windows removes no directory of which a file is open.
            self.lock = None;
            // What cannot be removed is swept later.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Creates a directory that only its owner may enter, until it is kept.
fn named(parent: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    platform::enter_by_owner_only(&mut builder);
    builder.tempdir_in(parent)
}

/// Removes the directories of this process. Libraries may still be mapped: they
/// need no file.
extern "C" fn remove_all() {
    // Another thread may be in the middle of it, and goes no further.
    let Ok(directories) = AT_EXIT.try_lock() else { return };
    let process = std::process::id();
    for (path, _) in directories.iter().filter(|(_, creator)| *creator == process) {
        let _ = fs::remove_dir_all(path);
    }
}

/// Sweeps each parent once in each process. Later leftovers are removed by the
/// next process.
fn sweep_once(parent: &Path) {
    static SWEPT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    let mut swept = lock(&SWEPT);
    if !swept.iter().any(|done| done == parent) {
        swept.push(parent.to_owned());
        drop(swept);
        sweep(parent);
    }
}

/// Removes the directories of processes that ended without removing them.
fn sweep(parent: &Path) {
    let Ok(entries) = parent.read_dir() else { return };
    for entry in entries.flatten() {
        let is_named_so = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Not through a link, and no directory of another user.
        let is_ours = |found: fs::Metadata| found.is_dir() && platform::is_of_this_user(&found);
        if is_named_so && entry.metadata().is_ok_and(is_ours) && is_left(&entry.path()) {
            // A directory that cannot be removed belongs to another user.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns `true` if no process holds the lock of a directory.
fn is_left(directory: &Path) -> bool {
    open_without_waiting(&directory.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use crate::host::file::private_directory::*;

    #[test]
    fn what_a_dead_process_left_is_swept_and_what_a_living_one_has_is_not() {
        let parent = TempDir::new().unwrap();
        let living = PrivateDirectory::create_in(parent.path()).unwrap();
        let dead = parent.path().join(format!("{PREFIX}dead"));
        let unready = parent.path().join(format!("{PREFIX}unready"));
        let strange = parent.path().join("strange");
        for directory in [&dead, &strange] {
            fs::create_dir_all(directory.join("0")).unwrap();
            File::create(directory.join(LOCK)).unwrap();
        }
        fs::create_dir(&unready).unwrap();
        sweep(parent.path());
        assert!(!dead.exists());
        assert!(living.path.exists() && strange.exists() && unready.exists());
        drop(living);
        assert_eq!(parent.path().read_dir().unwrap().count(), 2, "strange and unready");
    }

    // Windows removes no directory of which a file is open.
    #[cfg(unix)]
    #[test]
    fn a_directory_that_was_tidied_away_is_made_again() {
        let parent = TempDir::new().unwrap();
        let place = Copies::In(parent.path().join("copies"));
        let (_file, first, _directory) = super::file(OsStr::new("x"), &place).unwrap();
        fs::remove_dir_all(first.parent().unwrap()).unwrap();
        let (_file, second, _directory) = super::file(OsStr::new("x"), &place).unwrap();
        assert!(second.exists());
        assert_ne!(first.parent(), second.parent());
    }

    #[test]
    fn what_is_kept_is_neither_removed_nor_swept() {
        let parent = TempDir::new().unwrap();
        let place = Copies::KeptIn(parent.path().to_owned());
        let (_, kept, directory) = super::file(OsStr::new("x"), &place).unwrap();
        drop(directory);
        sweep(parent.path());
        assert!(kept.exists());
        let place = Copies::In(parent.path().to_owned());
        let (_, removed, directory) = super::file(OsStr::new("x"), &place).unwrap();
        assert_ne!(kept.parent(), removed.parent());
        drop(directory);
        assert!(kept.exists() && !removed.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_enter_and_every_name_is_used_once() {
        use std::os::unix::fs::MetadataExt;
        let parent = TempDir::new().unwrap();
        let directory = PrivateDirectory::create_in(parent.path()).unwrap();
        assert_eq!(directory.path.metadata().unwrap().mode() & 0o777, 0o700);
        let long = "x".repeat(255);
        let names = ["lib.so", "lib.so", &long, &long].map(|name| {
            let (_, path) = directory.file(OsStr::new(name)).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        });
        assert_eq!(names, ["0-lib.so", "1-lib.so", "2-long-name", "3-long-name"]);
    }
}
