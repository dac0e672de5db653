//! The libraries of this process that everybody gave back and that cannot be
//! unmapped yet.
//!
//! Each is unmapped as soon as nothing holds it: by a thread of ours, which
//! whatever held it last wakes, or by whoever loads or closes something before
//! that. Never by what held it: that may be code of the library.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::host::library::mapped::Mapped;
use crate::host::library::outcome::{CloseState, UnloadOutcome};
use crate::host::thread_exits;
use crate::host::thread_exits::idle;

/// A library of this process that was closed and is still mapped: threads may call
/// into it yet, or objects of it are in use.
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
    /// What keeps it.
    pub outcome: UnloadOutcome,
    /// The size of the file that is mapped.
    pub bytes: u64,
}

/// The libraries of this process that were closed and that this crate keeps
/// mapped, the oldest first: each until the last thread that may call into it
/// has ended and the last object of it is dropped. By whichever manager they
/// were loaded.
///
/// What they cost is bounded by [`LoadPolicy::retain`].
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
    /// Whether the thread that waits for them runs.
    has_reaper: bool,
}

static LIST: Mutex<List> = Mutex::new(List { libraries: Vec::new(), has_reaper: false });

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unmaps a library of which nothing is in use, now or as soon as it can be.
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
                // Without that thread, the next who loads or closes looks.
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
        // Its close_record says how it went.
        let _ = mapped.unmap();
    }
}

/// Waits for libraries to become idle, as long as some may.
fn reap() {
    loop {
        // Before the look, so that what becomes idle after it is not missed.
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

/// Finds the versions of the file at `real` that are still mapped, if any.
pub(crate) fn earlier_versions(real: &Path) -> Option<Earlier> {
    sweep();
    let list = list();
    let earlier: Vec<_> = list.libraries.iter().filter(|m| m.copy.real() == real).collect();
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
