//! Translates the events of the system.

use std::path::{Path, PathBuf};

use notify::Event;
use notify::EventKind::{Access, Create, Modify, Remove};
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};

use crate::host::watch::debouncer::FileEvent;
use crate::host::watch::target::WatchTarget;

/// Translates an event of a target. `root` is its directory without links.
///
/// Events of readers are ignored: loading a library reads it, and would cause
/// the next event.
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

/// Translates an event of a watched file.
fn of_library(kind: EventKind, name: PathBuf) -> Option<FileEvent> {
    match kind {
        Create(_) | Modify(ModifyKind::Name(RenameMode::To)) => Some(FileEvent::Complete(name)),
        Access(AccessKind::Close(AccessMode::Write)) => Some(FileEvent::Complete(name)),
        // Reported before, as two single events.
        Modify(ModifyKind::Name(RenameMode::Both)) | Access(_) => None,
        _ if is_departure(kind) => Some(FileEvent::Removed(name)),
        _ => Some(FileEvent::InProgress(name)),
    }
}

/// Translates an event of another file: of a directory, or of the target of a
/// link.
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
