//! The libraries of this process that were closed and cannot be unmapped yet.
//!
//! Each is unmapped as soon as nothing uses it: by a thread of this crate,
//! which is woken by the last user, or by the next load or close before that.
//! Never by the last user itself, which may be code of the library.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::host::file::identity::FileNames;
use crate::host::library::mapped::Mapped;
use crate::host::library::outcome::{CloseState, UnloadOutcome};
use crate::host::thread_exits;
use crate::host::thread_exits::idle;

/// A library of this process that was closed and is still mapped: threads may
/// still call it, or its objects are in use.
///
/// ```
/// for retained in plugin_interface::retained() {
///     println!("{}: {}, {} bytes", retained.path.display(), retained.outcome, retained.bytes);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetainedLibrary {
    /// The library's file, as the host found it.
    pub path: PathBuf,
    /// The reason why it is mapped.
    pub outcome: UnloadOutcome,
    /// The size of the file that is mapped.
    pub bytes: u64,
}

/// Returns the libraries of this process that were closed and are still mapped,
/// the oldest first, whichever manager loaded them. Each stays until the last
/// thread that may call it has ended and its last object is dropped.
///
/// [`LoadPolicy::retain`](crate::LoadPolicy::retain) bounds their number and
/// size.
pub fn retained() -> Vec<RetainedLibrary> {
    sweep();
    let describe = |mapped: &Mapped| RetainedLibrary {
        path: mapped.path.clone(),
        outcome: mapped.outcome(),
        bytes: mapped.copy.len(),
    };
    list().libraries.iter().map(describe).collect()
}

struct List {
    libraries: Vec<Mapped>,
    /// `true` while the thread that waits for them runs.
    has_reaper: bool,
}

static LIST: Mutex<List> = Mutex::new(List { libraries: Vec::new(), has_reaper: false });

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unmaps a library of which nothing is in use, now or as soon as possible.
pub(crate) fn close(mapped: Mapped) -> Result<(), libloading::Error> {
    sweep();
    let library = mapped.services.library();
    match thread_exits::release(library) {
        Ok(()) => mapped.unmap(),
        Err(held) => {
            mapped.close_record.write(mapped.count, CloseState::Held(library));
            let mut list = list();
            list.libraries.push(mapped);
            if held.is_passing() && !list.has_reaper {
                // Without that thread, the next load or close looks.
                let reaper = thread::Builder::new().name("plugin-unmapper".to_owned());
                list.has_reaper = reaper.spawn(reap).is_ok();
            }
            drop(list);
            // It may have become idle before it was in the list.
            idle::signal();
            Ok(())
        }
    }
}

/// Unmaps what became idle.
pub(crate) fn sweep() {
    let idle = list().take_idle();
    for mapped in idle {
        // Its record says how it went.
        let _ = mapped.unmap();
    }
}

/// Waits for libraries to become idle, as long as some may.
fn reap() {
    loop {
        // Read before the list, so that a signal after that is not missed.
        let signals = idle::signals();
        let mut current = list();
        let idle = current.take_idle();
        if idle.is_empty() && !current.libraries.iter().any(Mapped::may_go) {
            current.has_reaper = false;
            return;
        }
        drop(current);
        if idle.is_empty() {
            idle::wait_for_more_than(signals);
        }
        for mapped in idle {
            let _ = mapped.unmap();
        }
    }
}

/// The versions of one library that were closed and are still mapped.
pub(crate) struct Earlier {
    pub(crate) versions: usize,
    pub(crate) bytes: u64,
    /// The reason why the last of them is mapped.
    pub(crate) outcome: UnloadOutcome,
}

/// Finds the versions of a file that are still mapped, if any.
pub(crate) fn earlier_versions(names: &FileNames) -> Option<Earlier> {
    sweep();
    let list = list();
    let earlier: Vec<_> = list.libraries.iter().filter(|m| m.copy.names().is(names)).collect();
    let last = earlier.last()?;
    let bytes = earlier.iter().map(|mapped| mapped.copy.len()).sum();
    Some(Earlier { versions: earlier.len(), bytes, outcome: last.outcome() })
}

impl List {
    fn take_idle(&mut self) -> Vec<Mapped> {
        let is_idle =
            |mapped: &mut Mapped| thread_exits::release(mapped.services.library()).is_ok();
        self.libraries.extract_if(.., is_idle).collect()
    }
}
