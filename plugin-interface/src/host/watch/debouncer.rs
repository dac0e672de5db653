//! Decides which changes of files to report, and at which time.
//!
//! The debouncer is a pure state machine. Its inputs are file events, scans and
//! the time. Its outputs are notifications, tasks and the time of the next
//! call. It reads no file and no clock.
//!
//! - *Complete* (created, renamed to, closed by its writer) is reported at
//!   once. A hard link causes no other event, and the load notices a writer
//!   that has only begun.
//! - *In progress* (modified, touched) is reported when there was no event for
//!   a while.
//! - *Removed* is reported after a while too: builds remove a file before they
//!   write it again.

use core::ops::Bound;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::watch::notification::WatchNotification;
use crate::host::watch::scan::{FileState, Scan};

/// An event of a file or of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileEvent {
    /// The file is there, and complete as far as the event shows.
    Complete(PathBuf),
    /// The file is being written.
    InProgress(PathBuf),
    /// The file was removed, with everything below that path.
    Removed(PathBuf),
    /// A file that is no library was added or removed: the targets of links may
    /// have changed.
    Unrelated,
    /// A directory was added. Its files are not watched yet.
    NewDirectory,
    /// Events were lost, or the directory itself was removed.
    Overflow,
}

/// A task for the watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Check that the directory is still the watched one, and check the targets
    /// of links. Without events of the system, scan the files.
    Check,
    /// Watch the directory again, and scan its files.
    Rewatch,
}

/// The times of the debouncer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// A writer without an event for this time is done.
    pub(super) quiet: Duration,
    /// A file that is not back after this time is removed.
    pub(super) grace: Duration,
    /// The time between two checks.
    pub(super) check_interval: Duration,
}

pub(super) struct Debouncer {
    timing: Timing,
    /// The files that were reported, and their state at the last scan; `None`
    /// if there were events since.
    known: BTreeMap<PathBuf, Option<FileState>>,
    pending: BTreeMap<PathBuf, Pending>,
    /// The time to report that other files changed.
    beside: Option<Instant>,
    rewatch: Option<Instant>,
    next_check: Instant,
    /// `true` if the system sends no events, so that scans are compared.
    polls: bool,
    /// A file whose change came without an event.
    unseen: Option<PathBuf>,
    has_links: bool,
}

/// The next report of a file, unless another event replaces it.
struct Pending {
    kind: PendingKind,
    due: Instant,
    since: Instant,
    /// `false` if only a comparison shows it so far.
    is_seen: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PendingKind {
    Complete,
    InProgress,
    Removed,
}

impl Debouncer {
    /// Returns a debouncer that knows no file. Its first task is `Rewatch`.
    pub(super) fn new(timing: Timing, now: Instant) -> Self {
        let (known, pending) = (BTreeMap::new(), BTreeMap::new());
        Debouncer {
            timing,
            known,
            pending,
            beside: None,
            rewatch: Some(now),
            next_check: now,
            polls: false,
            unseen: None,
            has_links: false,
        }
    }

    /// Handles an event.
    pub(super) fn handle(&mut self, event: FileEvent, now: Instant) {
        match event {
            FileEvent::Complete(path) => self.expect(path, PendingKind::Complete, now),
            FileEvent::InProgress(path) => self.expect(path, PendingKind::InProgress, now),
            FileEvent::Removed(path) => self.lose(&path, now),
            FileEvent::Unrelated => {
                // Not later: some files change all the time.
                self.beside.get_or_insert(now + self.timing.quiet);
                if self.has_links {
                    self.next_check = now;
                }
            }
            // Watched a moment later, so that several need one new watch.
            FileEvent::NewDirectory => self.rewatch_by(now + self.timing.quiet),
            FileEvent::Overflow => self.rewatch_by(now),
        }
    }

    /// Handles a scan of the files. A file that differs from its known state is
    /// reported at once. Without events of the system, which would show a
    /// writer, it is reported when the next scan shows no other change.
    pub(super) fn apply_scan(&mut self, scan: Scan, now: Instant) {
        let missing: Vec<_> =
            self.known.keys().filter(|path| !scan.contains_key(*path)).cloned().collect();
        for path in missing {
            if !self.pending.contains_key(&path) {
                self.miss(path, now);
            }
        }
        for (path, state) in scan {
            if self.pending.get(&path).is_some_and(|what| what.kind == PendingKind::Removed) {
                self.pending.remove(&path);
            }
            let known = self.known.get(&path).and_then(Option::as_ref);
            let is_same = known.is_some_and(|known| known.identity == state.identity)
                && (self.polls || !state.is_fresh);
            let is_first = !self.known.contains_key(&path) && !self.pending.contains_key(&path);
            if is_same {
                continue;
            }
            let kind = if self.polls && !is_first {
                PendingKind::InProgress
            } else {
                PendingKind::Complete
            };
            self.expect(path.clone(), kind, now);
            // A file that was just written may be written again without a
            // visible change. So without events, the first scan is not trusted.
            self.known.insert(path, (!(self.polls && is_first)).then_some(state));
        }
    }

    /// Compares sizes and times with a scan, beside the events of the system. A
    /// change is reported after a pause, and sooner if an event comes for it.
    pub(super) fn compare(&mut self, scan: &Scan, pause: Duration, now: Instant) {
        let is_missing = |path: &&PathBuf| !scan.contains_key(*path);
        let missing: Vec<_> = self.known.keys().filter(is_missing).cloned().collect();
        for path in missing {
            self.suspect(path, PendingKind::Removed, now, pause.max(self.timing.grace));
        }
        for (path, state) in scan {
            match self.known.insert(path.clone(), Some(state.clone())) {
                // It was only missing in an earlier scan.
                Some(Some(known)) if known.identity.is_written_as(&state.identity) => {
                    let is_over =
                        |what: &Pending| !what.is_seen && what.kind == PendingKind::Removed;
                    if self.pending.get(path).is_some_and(is_over) {
                        self.pending.remove(path);
                    }
                }
                // An event came since the last scan.
                Some(None) => {}
                _ => self.suspect(path.clone(), PendingKind::InProgress, now, pause),
            }
        }
    }

    /// Expects a report without an event, unless there was one.
    fn suspect(&mut self, path: PathBuf, kind: PendingKind, now: Instant, pause: Duration) {
        let is_gone = kind == PendingKind::Removed;
        let before = self.pending.get(&path);
        let is_expected = |before: &Pending| before.is_seen || is_gone && before.kind == kind;
        if before.is_some_and(is_expected) {
            return;
        }
        let pending = Pending { kind, due: now + pause, since: now, is_seen: false };
        self.pending.insert(path, pending);
    }

    /// Records the state of a file at the time of its report.
    pub(super) fn reported(&mut self, path: &Path, state: Option<FileState>) {
        if let Some(known) = self.known.get_mut(path).filter(|_| !self.polls) {
            *known = state;
        }
    }

    /// Takes a file whose change was reported without an event.
    pub(super) fn take_unseen(&mut self) -> Option<PathBuf> {
        self.unseen.take()
    }

    /// Handles that the directory is missing.
    pub(super) fn directory_missing(&mut self, now: Instant) {
        self.apply_scan(Scan::new(), now);
    }

    /// Sets the time between two checks. `polls` is `true` if the system sends
    /// no events.
    pub(super) fn set_check_interval(&mut self, every: Duration, polls: bool, now: Instant) {
        (self.timing.check_interval, self.polls) = (every, polls);
        self.next_check = now + every;
    }

    /// Sets whether some of the files are links.
    pub(super) fn set_has_links(&mut self, has_links: bool) {
        self.has_links = has_links;
    }

    /// Returns the task that is due, if any.
    pub(super) fn next_task(&mut self, now: Instant) -> Option<Task> {
        if self.rewatch.is_some_and(|arm| arm <= now) {
            self.rewatch = None;
            self.next_check = now + self.timing.check_interval;
            return Some(Task::Rewatch);
        }
        (self.next_check <= now).then(|| {
            self.next_check = now + self.timing.check_interval;
            Task::Check
        })
    }

    /// Returns `true` if a notification is due.
    pub(super) fn has_notification(&self, now: Instant) -> bool {
        let mut due = self.pending.values().map(|pending| pending.due).chain(self.beside);
        due.any(|due| due <= now)
    }

    /// Returns the notification that is due, if any: changed files before
    /// removed ones.
    pub(super) fn next_notification(&mut self, now: Instant) -> Option<WatchNotification> {
        let is_due =
            |what: &Pending, gone| what.due <= now && (what.kind == PendingKind::Removed) == gone;
        let gone = !self.pending.values().any(|what| is_due(what, false));
        let (mut paths, mut since) = (Vec::new(), now);
        self.pending.retain(|path, what| {
            let is_due = is_due(what, gone);
            if is_due {
                if !what.is_seen {
                    self.unseen = Some(path.clone());
                }
                paths.push(path.clone());
                since = since.min(what.since);
            }
            !is_due
        });
        if paths.is_empty() {
            return self.beside.take_if(|at| *at <= now).map(|_| WatchNotification::Beside);
        }
        if gone {
            for path in &paths {
                self.known.remove(path);
            }
            return Some(WatchNotification::Removed { paths });
        }
        for path in &paths {
            self.known.entry(path.clone()).or_default();
        }
        Some(WatchNotification::Changed { paths, since })
    }

    /// Returns the time of the next call, if there is no event before.
    pub(super) fn wake(&self) -> Instant {
        let pending = self.pending.values().map(|pending| pending.due);
        pending.chain(self.rewatch).chain(self.beside).fold(self.next_check, Instant::min)
    }

    fn rewatch_by(&mut self, at: Instant) {
        self.rewatch = Some(self.rewatch.map_or(at, |arm| arm.min(at)));
    }

    fn expect(&mut self, path: PathBuf, kind: PendingKind, now: Instant) {
        if let Some(state) = self.known.get_mut(&path) {
            *state = None;
        }
        let before = self.pending.get_mut(&path).map(|before| {
            before.is_seen = true;
            &*before
        });
        if kind == PendingKind::InProgress
            && before.is_some_and(|before| before.kind != PendingKind::InProgress)
        {
            // It is reported at once anyway; or it was removed, and this is
            // late.
            return;
        }
        let since = before.filter(|before| before.kind != PendingKind::Removed);
        let since = since.map_or(now, |before| before.since);
        let due = if kind == PendingKind::Complete { now } else { now + self.pause() };
        self.pending.insert(path, Pending { kind, due, since, is_seen: true });
    }

    /// Returns the time to wait for a writer.
    fn pause(&self) -> Duration {
        if self.polls {
            self.timing.quiet.max(self.timing.check_interval)
        } else {
            self.timing.quiet
        }
    }

    fn lose(&mut self, path: &Path, now: Instant) {
        for path in within(&self.pending, path) {
            self.pending.remove(&path);
        }
        for path in within(&self.known, path) {
            self.miss(path, now);
        }
    }

    /// Expects the report that a file was removed.
    fn miss(&mut self, path: PathBuf, now: Instant) {
        let due = now + self.timing.grace;
        let (kind, is_seen) = (PendingKind::Removed, true);
        self.pending.insert(path, Pending { kind, due, since: now, is_seen });
    }
}

/// Returns a path and those below it, if they are there. They follow one another.
fn within<T>(all: &BTreeMap<PathBuf, T>, path: &Path) -> Vec<PathBuf> {
    let from = all.range::<Path, _>((Bound::Included(path), Bound::Unbounded));
    let from = from.map(|(other, _)| other);
    from.take_while(|other| other.starts_with(path)).cloned().collect()
}
