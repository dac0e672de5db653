//! What the system's events say, in words of our own.

use std::path::{Path, PathBuf};

use notify::Event;
use notify::EventKind::{Access, Create, Modify, Remove};
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};

use crate::host::watch::debouncer::FileEvent;
use crate::host::watch::target::WatchTarget;

/// What an event says of a target, whose directory is `root` without links.
///
/// What readers do says nothing: whoever loads a library reads it, and would
/// go on for ever.
pub(super) fn translate(target: &WatchTarget, root: &Path, event: &Event) -> Vec<FileEvent> {
    if event.need_rescan() {
        return vec![FileEvent::Overflow];
    }
    let of_path = |path: &PathBuf| {
        let below = path.strip_prefix(root).ok()?;
        if below.as_os_str().is_empty() {
            return is_departure(event.kind).then_some(FileEvent::Overflow);
        }
        let name = target.name(below)?;
        match target.has(&name) {
            true => of_library(event.kind, name),
            false => beside(target, event.kind, path, name),
        }
    };
    event.paths.iter().filter_map(of_path).collect()
}

/// An event of a file that matters.
fn of_library(kind: EventKind, name: PathBuf) -> Option<FileEvent> {
    match kind {
        Create(_) | Modify(ModifyKind::Name(RenameMode::To)) => Some(FileEvent::Complete(name)),
        Access(AccessKind::Close(AccessMode::Write)) => Some(FileEvent::Complete(name)),
        // Said before, one by one.
        Modify(ModifyKind::Name(RenameMode::Both)) | Access(_) => None,
        _ if is_departure(kind) => Some(FileEvent::Removed(name)),
        _ => Some(FileEvent::InProgress(name)),
    }
}

/// An event of something else: a directory, what a link leads to, or neither.
fn beside(target: &WatchTarget, kind: EventKind, path: &Path, name: PathBuf) -> Option<FileEvent> {
    let arrives = match kind {
        Create(CreateKind::Folder) => true,
        Create(CreateKind::Any | CreateKind::Other)
        | Modify(ModifyKind::Name(RenameMode::To | RenameMode::Any)) => path.is_dir(),
        _ => false,
    };
    match kind {
        _ if target.is_recursive && arrives => Some(FileEvent::NewDirectory),
        _ if target.is_recursive && is_departure(kind) => Some(FileEvent::Removed(name)),
        Access(AccessKind::Close(AccessMode::Write)) => Some(FileEvent::Unrelated),
        Access(_) | Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => None,
        _ => Some(FileEvent::Unrelated),
    }
}

fn is_departure(kind: EventKind) -> bool {
    matches!(kind, Remove(_) | Modify(ModifyKind::Name(RenameMode::From)))
}
