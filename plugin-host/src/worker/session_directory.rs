//! The directory for the files of this run and of its child processes. It goes
//! when the run ends, also by an interrupt, and takes along what children left
//! that were killed.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

static DIRECTORY: Mutex<Option<TempDir>> = Mutex::new(None);

fn directory() -> MutexGuard<'static, Option<TempDir>> {
    DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the directory, which is created if there is none yet.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let mut directory = directory();
    if let Some(directory) = &*directory {
        return Ok(directory.path().to_owned());
    }
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().is_empty() {
        // An empty TMPDIR would mean the current directory.
        parent.push("/tmp");
    }
    let created = TempDir::new_in(parent).context("cannot create a temporary directory")?;
    Ok(directory.insert(created).path().to_owned())
}

/// Removes the directory with everything in it, before the process ends. A
/// thread that wants another one waits for that end.
pub(crate) fn remove() {
    let mut directory = directory();
    let taken = directory.take();
    std::mem::forget(directory);
    let Some(directory) = taken else { return };
    let path = directory.keep();
    // A child that is about to be killed may still write.
    for _ in 0..10 {
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                thread::sleep(Duration::from_millis(10));
            }
            _ => return,
        }
    }
}
