//! Decides which files of a directory to act on, and when.
//!
//! A pure state machine: what was seen and the time go in, findings, duties and
//! the next time to ask come out. It reads no file and no clock.
//!
//! - *Done* (created, renamed to, closed by its writer) is acted on at once: a
//!   hard link gives nothing else, and whoever acts notices a writer that has
//!   only begun.
//! - *Busy* (modified, touched) is acted on when it was quiet for a while.
//! - *Gone* counts after a while too: builds remove a file before they write it
//!   anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::watch::scan::{FileState, Scan};

/// What was seen of a file or of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileEvent {
    /// The file is there, and complete as far as this tells.
    Complete(PathBuf),
    /// Somebody works on the file.
    InProgress(PathBuf),
    /// The file is not there any more, nor is anything below that path.
    Removed(PathBuf),
    /// A file that is no library came or went: links may lead elsewhere now.
    Unrelated,
    /// A directory came, with files that nobody watched.
    NewDirectory,
    /// Events were lost, or the directory itself went.
    Overflow,
}

/// What to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// These are new or may have changed; the first sign was at that time.
    Changed(Vec<PathBuf>, Instant),
    /// These are gone.
    Removed(Vec<PathBuf>),
}

/// What the debouncer cannot do itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Look whether the directory is still the one watched, and where links
    /// lead; where there are no events, count its files.
    Check,
    /// Watch the directory anew, and count its files.
    Rewatch,
}

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// No sign of a writer for so long: it is done.
    pub(super) quiet: Duration,
    /// Not back after so long: it is gone.
    pub(super) grace: Duration,
    /// The time from look to look.
    pub(super) check_interval: Duration,
}

pub(super) struct Debouncer {
    timing: Timing,
    /// The files that were reported, and how they were when last counted;
    /// `None` if events came since.
    known: BTreeMap<PathBuf, Option<FileState>>,
    pending: BTreeMap<PathBuf, Pending>,
    rewatch: Option<Instant>,
    next_check: Instant,
    /// Without events: what was counted is compared.
    polls: bool,
    has_links: bool,
}

/// What is to be reported of a file, unless something else is seen before.
struct Pending {
    is: PendingKind,
    due: Instant,
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PendingKind {
    Complete,
    InProgress,
    Removed,
}

impl Debouncer {
    /// One that knows of no file; its first next_task is to arm.
    pub(super) fn new(timing: Timing, now: Instant) -> Self {
        let (known, pending) = (BTreeMap::new(), BTreeMap::new());
        Debouncer {
            timing,
            known,
            pending,
            rewatch: Some(now),
            next_check: now,
            polls: false,
            has_links: false,
        }
    }

    /// Takes in what was seen.
    pub(super) fn handle(&mut self, seen: FileEvent, now: Instant) {
        match seen {
            FileEvent::Complete(path) => self.expect(path, PendingKind::Complete, now),
            FileEvent::InProgress(path) => self.expect(path, PendingKind::InProgress, now),
            FileEvent::Removed(path) => self.lose(&path, now),
            FileEvent::Unrelated if self.has_links => self.next_check = now,
            FileEvent::Unrelated => {}
            // Watched a moment later, so that one watch serves many.
            FileEvent::NewDirectory => self.rewatch_by(now + self.timing.quiet),
            FileEvent::Overflow => self.rewatch_by(now),
        }
    }

    /// Takes in the files that are there. Those that differ from what is known
    /// are acted on at once, or, where there are no events that would tell of
    /// a writer, if they do not differ once more.
    pub(super) fn apply_scan(&mut self, scan: Scan, now: Instant) {
        let missing: Vec<_> =
            self.known.keys().filter(|path| !scan.contains_key(*path)).cloned().collect();
        for path in missing {
            if !self.pending.contains_key(&path) {
                self.lose(&path, now);
            }
        }
        for (path, state) in scan {
            self.pending
                .retain(|pending, what| *pending != path || what.is != PendingKind::Removed);
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
            // What was just written may be written again without a trace:
            // where it is only ever counted, the first count is not trusted.
            self.known.insert(path, (!(self.polls && is_first)).then_some(state));
        }
    }

    /// The directory is not there.
    pub(super) fn directory_missing(&mut self, now: Instant) {
        self.apply_scan(Scan::new(), now);
    }

    /// From now on: how often to look, and whether that is all there is.
    pub(super) fn set_check_interval(&mut self, every: Duration, polls: bool, now: Instant) {
        (self.timing.check_interval, self.polls) = (every, polls);
        self.next_check = now + every;
    }

    /// Whether some of the files are links.
    pub(super) fn set_has_links(&mut self, has_links: bool) {
        self.has_links = has_links;
    }

    /// What is to be done now, if anything.
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

    /// Whether there is something to report.
    pub(super) fn has_findings(&self, now: Instant) -> bool {
        self.pending.values().any(|pending| pending.due <= now)
    }

    /// What is to be reported now: what changed before what is gone.
    pub(super) fn find(&mut self, now: Instant) -> Option<Finding> {
        let is_due =
            |what: &Pending, gone| what.due <= now && (what.is == PendingKind::Removed) == gone;
        let gone = !self.pending.values().any(|what| is_due(what, false));
        let (mut paths, mut since) = (Vec::new(), now);
        self.pending.retain(|path, what| {
            let is_due = is_due(what, gone);
            if is_due {
                paths.push(path.clone());
                since = since.min(what.since);
            }
            !is_due
        });
        if paths.is_empty() {
            return None;
        }
        if gone {
            self.known.retain(|path, _| !paths.contains(path));
            return Some(Finding::Removed(paths));
        }
        for path in &paths {
            self.known.entry(path.clone()).or_default();
        }
        Some(Finding::Changed(paths, since))
    }

    /// When to ask again, if nothing is seen before.
    pub(super) fn wake(&self) -> Instant {
        let pending = self.pending.values().map(|pending| pending.due);
        pending.chain(self.rewatch).fold(self.next_check, Instant::min)
    }

    fn rewatch_by(&mut self, at: Instant) {
        self.rewatch = Some(self.rewatch.map_or(at, |arm| arm.min(at)));
    }

    fn expect(&mut self, path: PathBuf, is: PendingKind, now: Instant) {
        if let Some(state) = self.known.get_mut(&path) {
            *state = None;
        }
        let before = self.pending.get(&path);
        if is == PendingKind::InProgress
            && before.is_some_and(|before| before.is != PendingKind::InProgress)
        {
            // It is acted on at once anyway; or it is gone, and this came late.
            return;
        }
        let since = before.filter(|before| before.is != PendingKind::Removed);
        let since = since.map_or(now, |before| before.since);
        let due = if is == PendingKind::Complete { now } else { now + self.pause() };
        self.pending.insert(path, Pending { is, due, since });
    }

    /// How long to wait for a writer that was seen.
    fn pause(&self) -> Duration {
        if self.polls {
            self.timing.quiet.max(self.timing.check_interval)
        } else {
            self.timing.quiet
        }
    }

    fn lose(&mut self, path: &Path, now: Instant) {
        self.pending.retain(|pending, _| !pending.starts_with(path));
        for known in self.known.keys().filter(|known| known.starts_with(path)) {
            let due = now + self.timing.grace;
            self.pending
                .insert(known.clone(), Pending { is: PendingKind::Removed, due, since: now });
        }
    }
}
