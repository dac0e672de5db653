//! The libraries of this process that were closed and cannot be unmapped yet.
//!
//! Each is unmapped as soon as nothing uses it: by a thread of this crate,
//! which is woken by the last user, or by the next load or close before that.
//! Never by the last user itself, which may be code of the library.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::file::identity::FileNames;
use crate::host::library::brought;
use crate::host::library::mapped::{Linked, Mapped};
use crate::host::library::outcome::{self, CloseState, UnloadOutcome};
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
    /// The size of its code and data in memory. Debug information is only in its
    /// file, and does not count.
    pub bytes: u64,
}

/// Returns the libraries of this process that were closed and are still mapped,
/// whichever manager loaded them. Each stays until the last thread that may call
/// it has ended and its last object is dropped.
///
/// Those that the dynamic linker keeps come first, and the libraries that
/// plugins brought along come last: both stay for good.
///
/// [`LoadPolicy::retain`](crate::LoadPolicy::retain) bounds their number and
/// size.
pub fn retained() -> Vec<RetainedLibrary> {
    sweep(|_| true);
    let list = list();
    let waiting = list.libraries.iter().map(|mapped| RetainedLibrary {
        path: mapped.path.clone(),
        outcome: mapped.outcome(),
        bytes: mapped.bytes(),
    });
    let linked = list.linked.iter().map(|linked| RetainedLibrary {
        path: linked.path.clone(),
        outcome: outcome::linked(&linked.reason),
        bytes: linked.bytes(),
    });
    let brought = brought::kept().into_iter().map(|(path, bytes, reason)| RetainedLibrary {
        path,
        outcome: UnloadOutcome::Retained { reason },
        bytes,
    });
    linked.chain(waiting).chain(brought).collect()
}

struct List {
    /// The oldest first.
    libraries: Vec<Mapped>,
    /// Those that the dynamic linker keeps.
    linked: Vec<Linked>,
    /// `true` while the thread that waits for them runs.
    has_reaper: bool,
}

static LIST: Mutex<List> =
    Mutex::new(List { libraries: Vec::new(), linked: Vec::new(), has_reaper: false });

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unmaps a library of which nothing is in use, now or as soon as possible.
pub(crate) fn close(mapped: Mapped) -> Result<(), libloading::Error> {
    mapped.services.withdraw();
    sweep(|_| false);
    if mapped.release() {
        return unmap(mapped);
    }
    mapped.close_record.write(mapped.count, CloseState::Held(mapped.services.library()));
    let may_go = mapped.may_go();
    let mut list = list();
    list.libraries.push(mapped);
    if may_go && !list.has_reaper {
        // Without that thread, the next load or close looks.
        let reaper = thread::Builder::new().name("plugin-unmapper".to_owned());
        list.has_reaper = reaper.spawn(reap).is_ok();
    }
    drop(list);
    // It may have become idle before it was in the list.
    idle::signal();
    Ok(())
}

/// Unmaps a library, and lists it if the dynamic linker keeps it.
fn unmap(mapped: Mapped) -> Result<(), libloading::Error> {
    let linked = mapped.unmap()?;
    list().linked.extend(linked);
    Ok(())
}

/// Unmaps what became idle.
///
/// A library whose threads nobody counts takes long to look at, since the stack
/// of each thread is read. The thread that waits for them does so at its own pace.
/// So a load or close looks only at those that are `of_interest`.
pub(crate) fn sweep(of_interest: impl Fn(&Mapped) -> bool) {
    let mut current = list();
    let nobody_waits = !current.has_reaper;
    let idle = current
        .take_idle(|mapped| nobody_waits || !mapped.becomes_idle_unheard() || of_interest(mapped));
    let gone: Vec<_> = current.linked.extract_if(.., Linked::is_gone).collect();
    drop(current);
    // Its file is removed, and that takes time.
    drop(gone);
    for mapped in idle {
        // Its record says how it went.
        let _ = unmap(mapped);
    }
}

/// The time between two looks at libraries whose threads nobody counts: it
/// doubles from the first to the last.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(5));

/// Waits for libraries to become idle, as long as some may.
fn reap() {
    let (first, last) = LOOKS;
    let (mut pause, mut next_look) = (first, Instant::now() + first);
    let mut known = 0;
    loop {
        // Read before the list, so that a signal after that is not missed.
        let signals = idle::signals();
        let now = Instant::now();
        let looks_at_all = now >= next_look;
        let mut current = list();
        let idle = current.take_idle(|mapped| looks_at_all || !mapped.becomes_idle_unheard());
        if idle.is_empty() && !current.libraries.iter().any(Mapped::may_go) {
            current.has_reaper = false;
            return;
        }
        let unheard = current.libraries.iter().filter(|it| it.becomes_idle_unheard()).count();
        drop(current);
        if unheard != known {
            (pause, next_look) = (first, now + first);
        } else if looks_at_all {
            pause = last.min(pause * 2);
            next_look = now + pause;
        }
        known = unheard;
        if idle.is_empty() {
            let until_next = next_look.saturating_duration_since(now);
            idle::wait_for_more_than(signals, (unheard > 0).then_some(until_next));
        }
        for mapped in idle {
            let _ = unmap(mapped);
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
    sweep(|mapped| mapped.copy.names().is(names));
    let list = list();
    let waiting: Vec<_> = list.libraries.iter().filter(|m| m.copy.names().is(names)).collect();
    let linked: Vec<_> = list.linked.iter().filter(|l| l.copy.names().is(names)).collect();
    let outcome = match (waiting.last(), linked.last()) {
        (Some(waiting), _) => waiting.outcome(),
        (None, Some(linked)) => outcome::linked(&linked.reason),
        (None, None) => return None,
    };
    let sizes = waiting.iter().map(|m| m.bytes()).chain(linked.iter().map(|l| l.bytes()));
    Some(Earlier { versions: waiting.len() + linked.len(), bytes: sizes.sum(), outcome })
}

impl List {
    fn take_idle(&mut self, looks_at: impl Fn(&Mapped) -> bool) -> Vec<Mapped> {
        self.libraries.extract_if(.., |mapped| looks_at(mapped) && mapped.release()).collect()
    }
}
