//! The libraries of this process that were closed and cannot be unmapped yet.
//!
//! Each is unmapped as soon as nothing uses it: by a thread of this crate,
//! which is woken by the last user, or by the next load or close before that.
//! Never by the last user itself, which may be code of the library.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{process, thread};

use crate::host::file::identity::FileNames;
use crate::host::library::brought;
use crate::host::library::mapped::{Linked, Mapped};
use crate::host::library::outcome::{self, CloseState, UnloadOutcome};
use crate::host::library::pace::Pace;
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
    /// The process in which the thread that waits for them runs, if any does. A
    /// fork leaves it to the parent.
    reaper_of: Option<u32>,
    /// `true` if one came whose threads nobody counts, and that thread does not
    /// know it yet.
    has_news: bool,
}

static LIST: Mutex<List> = Mutex::new(List {
    libraries: Vec::new(),
    linked: Vec::new(),
    reaper_of: None,
    has_news: false,
});

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unmaps a library of which nothing is in use, now or as soon as possible.
pub(crate) fn close(mapped: Mapped) -> Result<(), libloading::Error> {
    mapped.services.withdraw();
    sweep(|_| false);
    #[cfg(feature = "log")]
    mapped.services.wait_for_logs();
    #[cfg(feature = "tracing")]
    mapped.services.wait_for_traces();
    if mapped.release() {
        return unmap(mapped);
    }
    mapped.close_record.write(mapped.count, CloseState::Held(mapped.services.library()));
    let may_go = mapped.may_go();
    let mut list = list();
    list.has_news |= mapped.becomes_idle_unheard();
    list.libraries.push(mapped);
    if may_go && !list.has_reaper() {
        // Without that thread, the next load or close looks.
        let reaper = thread::Builder::new().name("plugin-unmapper".to_owned());
        list.reaper_of = reaper.spawn(reap).is_ok().then(process::id);
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
    let nobody_waits = !current.has_reaper();
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

/// Waits for libraries to become idle, as long as some may.
fn reap() {
    let mut pace = Pace::begin(Instant::now());
    loop {
        // Read before the list, so that a signal after that is not missed.
        let signals = idle::signals();
        unmap_idle(|mapped| !mapped.becomes_idle_unheard());
        let is_due = pace.is_due(Instant::now());
        let went = is_due && unmap_idle_unheard();
        let mut current = list();
        if !current.libraries.iter().any(Mapped::may_go) {
            current.reaper_of = None;
            return;
        }
        let came = std::mem::take(&mut current.has_news);
        let has_unheard = current.libraries.iter().any(Mapped::becomes_idle_unheard);
        drop(current);
        let now = Instant::now();
        pace.plan(now, is_due, came || went);
        idle::wait_for_more_than(signals, has_unheard.then(|| pace.left(now)));
    }
}

/// Unmaps what became idle of the libraries whose threads nobody counts. Each look
/// takes long, so a load or close waits for one at most.
fn unmap_idle_unheard() -> bool {
    let unheard: Vec<_> = {
        let list = list();
        let unheard = list.libraries.iter().filter(|mapped| mapped.becomes_idle_unheard());
        unheard.map(|mapped| mapped.services.library()).collect()
    };
    let mut any = false;
    for library in unheard {
        any |= unmap_idle(|mapped| mapped.services.library() == library);
    }
    any
}

/// Unmaps what became idle of some libraries. Returns `true` if any did.
fn unmap_idle(looks_at: impl Fn(&Mapped) -> bool) -> bool {
    let idle = list().take_idle(looks_at);
    let any = !idle.is_empty();
    for mapped in idle {
        // Its record says how it went.
        let _ = unmap(mapped);
    }
    any
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
    /// Returns `true` while the thread that waits for libraries runs.
    fn has_reaper(&self) -> bool {
        self.reaper_of == Some(process::id())
    }

    fn take_idle(&mut self, looks_at: impl Fn(&Mapped) -> bool) -> Vec<Mapped> {
        self.libraries.extract_if(.., |mapped| looks_at(mapped) && mapped.release()).collect()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::path::Path;
    use std::sync::atomic::Ordering;

    use libloading::os::unix::Library;

    use super::*;
    use crate::host::file::copies::Copies;
    use crate::host::file::private_copy::PrivateCopy;
    use crate::host::library::own_threads::{LOOKS, OwnThreads};
    use crate::host::platform::Image;
    use crate::host::services::Services;
    use crate::host::thread_exits;

    /// One test at a time closes a library, since what it signals makes each look.
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

    /// A library whose threads nobody counts. It has none.
    fn unheard(path: &Path) -> Mapped {
        std::fs::write(path, "no library").unwrap();
        let (names, file) = (FileNames::of(path), File::open(path).unwrap());
        let metadata = file.metadata().unwrap();
        Mapped {
            path: path.to_owned(),
            close_record: Default::default(),
            count: 0,
            library: Library::this().into(),
            image: Image::of("/no/such/library.so".as_ref()),
            threads: OwnThreads::of_rust(),
            services: Services::new("a library".to_owned(), "", false, None),
            copy: PrivateCopy::new(path, names, &file, &metadata, &Copies::Temporary, None)
                .unwrap(),
        }
    }

    #[test]
    fn a_load_or_close_looks_at_no_threads_of_what_is_kept() {
        let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let directory = tempfile::tempdir().unwrap();
        let [kept, other] = ["kept.so", "other.so"].map(|name| directory.path().join(name));
        let looks_in = |act: &dyn Fn()| {
            let before = LOOKS.get();
            act();
            LOOKS.get() - before
        };
        let library = unheard(&kept);
        let objects = thread_exits::objects(library.services.library());
        objects.fetch_add(1, Ordering::SeqCst);
        close(library).unwrap();
        assert!(list().libraries.iter().any(|mapped| mapped.path == kept));

        let names = FileNames::of(&other);
        assert_eq!(looks_in(&|| assert!(earlier_versions(&names).is_none())), 0, "a load");
        assert_eq!(looks_in(&|| close(unheard(&other)).unwrap()), 1, "a close looks at its own");
        let names = FileNames::of(&kept);
        let is_kept = || assert_eq!(earlier_versions(&names).unwrap().versions, 1);
        assert_eq!(looks_in(&is_kept), 1, "a load of the same file");

        objects.fetch_sub(1, Ordering::SeqCst);
        idle::signal();
    }

    #[test]
    fn a_process_that_was_forked_gets_a_thread_of_its_own() {
        let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("forked.so");
        // What the memory of a child is like.
        list().reaper_of = Some(process::id() + 1);
        let library = unheard(&path);
        let objects = thread_exits::objects(library.services.library());
        objects.fetch_add(1, Ordering::SeqCst);
        close(library).unwrap();
        assert!(list().has_reaper());
        objects.fetch_sub(1, Ordering::SeqCst);
        idle::signal();
    }
}
