//! The directory of this process's private copies.
//!
//! Only its owner may enter it. It is created with the first copy and removed
//! with the last. It is locked for as long as its process lives: the next
//! process removes directories that are not locked, which a killed process
//! left.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use tempfile::TempDir;

use crate::host::file::open::open_without_waiting;
use crate::host::platform;

const PREFIX: &str = concat!(env!("CARGO_PKG_NAME"), "-");
const LOCK: &str = ".locked-by-plugin-interface";

#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    directory: TempDir,
    next: AtomicU64,
    /// Held by the open file.
    #[expect(dead_code, reason = "locked until it is dropped")]
    lock: File,
}

/// Done once for each process: later leftovers are removed by the next process.
static SWEPT: Once = Once::new();

static CURRENT: Mutex<Weak<PrivateDirectory>> = Mutex::new(Weak::new());

/// Creates an empty file in this process's directory, with a name that ends in
/// `name`. Returns the directory too, which must be kept.
pub(crate) fn file(name: &OsStr) -> io::Result<(File, PathBuf, Arc<PrivateDirectory>)> {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(directory) = current.upgrade() {
        match directory.file(name) {
            // The directory for temporary files was cleaned up.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            made => return made.map(|(file, path)| (file, path, directory)),
        }
    }
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().is_empty() {
        // An empty TMPDIR would mean the current directory.
        parent.push("/tmp");
    }
    SWEPT.call_once(|| sweep(&parent));
    let directory = Arc::new(PrivateDirectory::create(&parent)?);
    *current = Arc::downgrade(&directory);
    directory.file(name).map(|(file, path)| (file, path, directory))
}

impl PrivateDirectory {
    fn create(parent: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        // Only its owner may enter.
        platform::enter_by_owner_only(&mut builder);
        let directory = builder.tempdir_in(parent)?;
        // Locked before it gets its name, so that no process finds it unlocked.
        let unnamed = directory.path().join("unlocked");
        let lock = File::create_new(&unnamed)?;
        lock.try_lock()?;
        fs::rename(unnamed, directory.path().join(LOCK))?;
        Ok(PrivateDirectory { directory, next: AtomicU64::new(0), lock })
    }

    fn file(&self, name: &OsStr) -> io::Result<(File, PathBuf)> {
        let mut unique = OsString::from(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        unique.push("-");
        // A whole long name and a number are too long for a file system.
        let whole = unique.len() + name.len() <= 255;
        unique.push(if whole { name } else { OsStr::new("long-name") });
        let path = self.directory.path().join(unique);
        File::create_new(&path).map(|file| (file, path))
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
    use crate::host::file::private_directory::*;

    #[test]
    fn what_a_dead_process_left_is_swept_and_what_a_living_one_has_is_not() {
        let parent = TempDir::new().unwrap();
        let living = PrivateDirectory::create(parent.path()).unwrap();
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
        assert!(living.directory.path().exists() && strange.exists() && unready.exists());
        drop(living);
        assert_eq!(parent.path().read_dir().unwrap().count(), 2, "strange and unready");
    }

    #[test]
    fn a_directory_that_was_tidied_away_is_made_again() {
        let (_file, first, _directory) = super::file(OsStr::new("x")).unwrap();
        fs::remove_dir_all(first.parent().unwrap()).unwrap();
        let (_file, second, _directory) = super::file(OsStr::new("x")).unwrap();
        assert!(second.exists());
        assert_ne!(first.parent(), second.parent());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_enter_and_every_name_is_used_once() {
        use std::os::unix::fs::MetadataExt;
        let parent = TempDir::new().unwrap();
        let directory = PrivateDirectory::create(parent.path()).unwrap();
        assert_eq!(directory.directory.path().metadata().unwrap().mode() & 0o777, 0o700);
        let long = "x".repeat(255);
        let names = ["lib.so", "lib.so", &long, &long].map(|name| {
            let (_, path) = directory.file(OsStr::new(name)).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        });
        assert_eq!(names, ["0-lib.so", "1-lib.so", "2-long-name", "3-long-name"]);
    }
}
