//! The libraries that others brought into the process: they stay.
//!
//! A library may leave code for the end of a thread, a signal or the end of the
//! process. The host counts this for libraries that it opens, and not for those
//! that they need.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform;

/// A library that stays, with its size and the file that brought it.
struct Kept {
    path: PathBuf,
    bytes: u64,
    by: PathBuf,
}

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

fn list() -> MutexGuard<'static, Vec<Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what a library brought mapped for good, before that library goes.
pub(crate) fn keep(copy: &PrivateCopy) {
    for path in copy.brought() {
        platform::keep(path);
        let mut list = list();
        if !list.iter().any(|kept| kept.path == *path) {
            let bytes = path.metadata().map_or(0, |metadata| metadata.len());
            list.push(Kept { path: path.clone(), bytes, by: copy.names().real().to_owned() });
        }
    }
}

/// Returns path, size and reason of each that stays.
pub(crate) fn kept() -> Vec<(PathBuf, u64, String)> {
    let describe = |kept: &Kept| {
        let reason = format!(
            "{} needs it; it may have left code for the end of a thread, which this host cannot \
             count",
            kept.by.display()
        );
        (kept.path.clone(), kept.bytes, reason)
    };
    list().iter().map(describe).collect()
}
