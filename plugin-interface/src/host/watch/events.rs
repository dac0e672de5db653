//! What the system's events say, in words of our own.

use std::path::{Path, PathBuf};

use notify::Event;
use notify::EventKind::{Access, Create, Modify, Remove};
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};

use crate::host::watch::debouncer::Seen;
use crate::host::watch::target::Place;

/// What an event says of a place, whose directory is `root` without links.
///
/// What readers do says nothing: whoever loads a library reads it, and would
/// go on for ever.
pub(super) fn sight(place: &Place, root: &Path, event: &Event) -> Vec<Seen> {
    if event.need_rescan() {
        return vec![Seen::Lost];
    }
    let of_path = |path: &PathBuf| {
        let below = path.strip_prefix(root).ok()?;
        if below.as_os_str().is_empty() {
            return is_departure(event.kind).then_some(Seen::Lost);
        }
        let name = place.name(below)?;
        match place.has(&name) {
            true => of_library(event.kind, name),
            false => beside(place, event.kind, path, name),
        }
    };
    event.paths.iter().filter_map(of_path).collect()
}

/// An event of a file that matters.
fn of_library(kind: EventKind, name: PathBuf) -> Option<Seen> {
    match kind {
        Create(_) | Modify(ModifyKind::Name(RenameMode::To)) => Some(Seen::Done(name)),
        Access(AccessKind::Close(AccessMode::Write)) => Some(Seen::Done(name)),
        // Said before, one by one.
        Modify(ModifyKind::Name(RenameMode::Both)) | Access(_) => None,
        _ if is_departure(kind) => Some(Seen::Gone(name)),
        _ => Some(Seen::Busy(name)),
    }
}

/// An event of something else: a directory, what a link leads to, or neither.
fn beside(place: &Place, kind: EventKind, path: &Path, name: PathBuf) -> Option<Seen> {
    let arrives = match kind {
        Create(CreateKind::Folder) => true,
        Create(CreateKind::Any | CreateKind::Other)
        | Modify(ModifyKind::Name(RenameMode::To | RenameMode::Any)) => path.is_dir(),
        _ => false,
    };
    match kind {
        _ if place.is_recursive && arrives => Some(Seen::Directory),
        _ if place.is_recursive && is_departure(kind) => Some(Seen::Gone(name)),
        Access(AccessKind::Close(AccessMode::Write)) => Some(Seen::Aside),
        Access(_) | Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => None,
        _ => Some(Seen::Aside),
    }
}

fn is_departure(kind: EventKind) -> bool {
    matches!(kind, Remove(_) | Modify(ModifyKind::Name(RenameMode::From)))
}
