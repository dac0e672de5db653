//! The libraries of this process that everybody gave back and that cannot be
//! unmapped yet.
//!
//! Each is unmapped as soon as nothing holds it: by a thread of ours, which
//! whatever held it last wakes, or by whoever loads or closes something before
//! that. Never by what held it: that may be code of the library.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use libloading::Library;

use crate::host::error::LoadError;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::loaded::is_mapped;
use crate::host::library::outcome;
use crate::host::library::outcome::{CloseRecord, CloseState, UnloadOutcome};
use crate::host::load::policy::LoadPolicy;
use crate::host::services::Services;
use crate::host::thread_exits;
use crate::host::thread_exits::Held;

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
    let held = |mapped: &Mapped| thread_exits::held(mapped.services.library()).unwrap_or_default();
    let describe = |mapped: &Mapped| RetainedLibrary {
        path: mapped.path.clone(),
        outcome: outcome::outcome(held(mapped)),
        bytes: mapped.copy.len(),
    };
    list().libraries.iter().map(describe).collect()
}

/// A library that is mapped, and all that it needs for that.
pub(crate) struct Mapped {
    pub(crate) path: PathBuf,
    pub(crate) close_record: CloseRecord,
    /// How many registrations were unmade.
    pub(crate) count: u64,
    /// Closed before what follows is freed; where closing it leaves it mapped,
    /// what follows is not freed at all.
    pub(crate) library: Library,
    pub(crate) services: Services,
    pub(crate) copy: PrivateCopy,
}

struct List {
    libraries: Vec<Mapped>,
    /// Whether the thread that waits for them runs.
    has_reaper: bool,
}

static LIST: Mutex<List> = Mutex::new(List { libraries: Vec::new(), has_reaper: false });

static CHANGED: Condvar = Condvar::new();

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
            CHANGED.notify_all();
            Ok(())
        }
    }
}

/// Something became idle.
pub(crate) fn wake() {
    // Under the lock, so that nobody is between looking and waiting.
    let _list = list();
    CHANGED.notify_all();
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
    let mut current = list();
    loop {
        let idle = current.take_idle();
        if !idle.is_empty() {
            drop(current);
            for mapped in idle {
                let _ = mapped.unmap();
            }
            current = list();
        } else if current.libraries.iter().any(Mapped::may_go) {
            current = CHANGED.wait(current).unwrap_or_else(PoisonError::into_inner);
        } else {
            current.has_reaper = false;
            return;
        }
    }
}

/// Refuses to load `path` while more of its earlier versions are mapped than
/// the policy allows.
pub(crate) fn check_room(path: &Path, real: &Path, policy: &LoadPolicy) -> Result<(), LoadError> {
    sweep();
    let list = list();
    let earlier: Vec<_> = list.libraries.iter().filter(|m| m.copy.real() == real).collect();
    let Some(last) = earlier.last() else { return Ok(()) };
    let (versions, bytes) = (earlier.len(), earlier.iter().map(|m| m.copy.len()).sum());
    if policy.allows_retained(versions, bytes) {
        return Ok(());
    }
    let held = thread_exits::held(last.services.library()).unwrap_or_default();
    let outcome = outcome::outcome(held);
    let (path, outcome) = (path.to_owned(), Box::new(outcome));
    Err(LoadError::StillMapped { path, versions, bytes, outcome })
}

impl List {
    fn take_idle(&mut self) -> Vec<Mapped> {
        let is_idle =
            |mapped: &mut Mapped| thread_exits::release(mapped.services.library()).is_ok();
        self.libraries.extract_if(.., is_idle).collect()
    }
}

impl Mapped {
    /// Whether it will become idle when threads end.
    fn may_go(&self) -> bool {
        thread_exits::held(self.services.library()).is_none_or(Held::is_passing)
    }

    /// Closes what nothing of this process holds any more.
    fn unmap(self) -> Result<(), libloading::Error> {
        let Mapped { close_record, count, library, services, copy, .. } = self;
        let closed = library.close();
        if closed.is_err() || is_mapped(&copy) {
            // The library may run on: what it was lent stays where it is.
            core::mem::forget((services, copy));
            close_record.write(count, CloseState::Linked);
        } else {
            close_record.write(count, CloseState::Unmapped);
        }
        closed
    }
}
