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

use crate::host::watch::scan::{Census, Mark};

/// What was seen of a file or of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The file is there, and complete as far as this tells.
    Done(PathBuf),
    /// Somebody works on the file.
    Busy(PathBuf),
    /// The file is not there any more, nor is anything below that path.
    Gone(PathBuf),
    /// A file that is no library came or went: links may lead elsewhere now.
    Aside,
    /// A directory came, with files that nobody watched.
    Directory,
    /// Events were lost, or the directory itself went.
    Lost,
}

/// What to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// These are new or may have changed; the first sign was at that time.
    Changed(Vec<PathBuf>, Instant),
    /// These are gone.
    Removed(Vec<PathBuf>),
}

/// What the brain cannot do itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Look whether the directory is still the one watched, and where links
    /// lead; where there are no events, count its files.
    Look,
    /// Watch the directory anew, and count its files.
    Arm,
}

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// No sign of a writer for so long: it is done.
    pub(super) quiet: Duration,
    /// Not back after so long: it is gone.
    pub(super) grace: Duration,
    /// The time from look to look.
    pub(super) look: Duration,
}

pub(super) struct Brain {
    pace: Pace,
    /// The files that were reported, and how they were when last counted;
    /// `None` if events came since.
    known: BTreeMap<PathBuf, Option<Mark>>,
    pending: BTreeMap<PathBuf, Pending>,
    arm: Option<Instant>,
    look: Instant,
    /// Without events: what was counted is compared.
    polls: bool,
    has_links: bool,
}

/// What is to be reported of a file, unless something else is seen before.
struct Pending {
    is: State,
    due: Instant,
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Busy,
    Gone,
}

impl Brain {
    /// One that knows of no file; its first duty is to arm.
    pub(super) fn new(pace: Pace, now: Instant) -> Self {
        let (known, pending) = (BTreeMap::new(), BTreeMap::new());
        Brain { pace, known, pending, arm: Some(now), look: now, polls: false, has_links: false }
    }

    /// Takes in what was seen.
    pub(super) fn see(&mut self, seen: Seen, now: Instant) {
        match seen {
            Seen::Done(path) => self.expect(path, State::Done, now),
            Seen::Busy(path) => self.expect(path, State::Busy, now),
            Seen::Gone(path) => self.lose(&path, now),
            Seen::Aside if self.has_links => self.look = now,
            Seen::Aside => {}
            // Watched a moment later, so that one watch serves many.
            Seen::Directory => self.arm_by(now + self.pace.quiet),
            Seen::Lost => self.arm_by(now),
        }
    }

    /// Takes in the files that are there. Those that differ from what is known
    /// are acted on at once, or, where there are no events that would tell of
    /// a writer, if they do not differ once more.
    pub(super) fn count(&mut self, census: Census, now: Instant) {
        let missing: Vec<_> =
            self.known.keys().filter(|path| !census.contains_key(*path)).cloned().collect();
        for path in missing {
            if !self.pending.contains_key(&path) {
                self.lose(&path, now);
            }
        }
        for (path, mark) in census {
            self.pending.retain(|pending, what| *pending != path || what.is != State::Gone);
            let known = self.known.get(&path).and_then(Option::as_ref);
            let is_same = known.is_some_and(|known| known.identity == mark.identity)
                && (self.polls || !mark.is_fresh);
            let is_first = !self.known.contains_key(&path) && !self.pending.contains_key(&path);
            if is_same {
                continue;
            }
            let state = if self.polls && !is_first { State::Busy } else { State::Done };
            self.expect(path.clone(), state, now);
            // What was just written may be written again without a trace:
            // where it is only ever counted, the first count is not trusted.
            self.known.insert(path, (!(self.polls && is_first)).then_some(mark));
        }
    }

    /// The directory is not there.
    pub(super) fn miss(&mut self, now: Instant) {
        self.count(Census::new(), now);
    }

    /// From now on: how often to look, and whether that is all there is.
    pub(super) fn pace_looks(&mut self, every: Duration, polls: bool, now: Instant) {
        (self.pace.look, self.polls) = (every, polls);
        self.look = now + every;
    }

    /// Whether some of the files are links.
    pub(super) fn mind_links(&mut self, has_links: bool) {
        self.has_links = has_links;
    }

    /// What is to be done now, if anything.
    pub(super) fn duty(&mut self, now: Instant) -> Option<Duty> {
        if self.arm.is_some_and(|arm| arm <= now) {
            self.arm = None;
            self.look = now + self.pace.look;
            return Some(Duty::Arm);
        }
        (self.look <= now).then(|| {
            self.look = now + self.pace.look;
            Duty::Look
        })
    }

    /// Whether there is something to report.
    pub(super) fn has_findings(&self, now: Instant) -> bool {
        self.pending.values().any(|pending| pending.due <= now)
    }

    /// What is to be reported now: what changed before what is gone.
    pub(super) fn find(&mut self, now: Instant) -> Option<Finding> {
        let is_due = |what: &Pending, gone| what.due <= now && (what.is == State::Gone) == gone;
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
        pending.chain(self.arm).fold(self.look, Instant::min)
    }

    fn arm_by(&mut self, at: Instant) {
        self.arm = Some(self.arm.map_or(at, |arm| arm.min(at)));
    }

    fn expect(&mut self, path: PathBuf, is: State, now: Instant) {
        if let Some(mark) = self.known.get_mut(&path) {
            *mark = None;
        }
        let before = self.pending.get(&path);
        if is == State::Busy && before.is_some_and(|before| before.is != State::Busy) {
            // It is acted on at once anyway; or it is gone, and this came late.
            return;
        }
        let since = before.filter(|before| before.is != State::Gone);
        let since = since.map_or(now, |before| before.since);
        let due = if is == State::Done { now } else { now + self.pause() };
        self.pending.insert(path, Pending { is, due, since });
    }

    /// How long to wait for a writer that was seen.
    fn pause(&self) -> Duration {
        if self.polls { self.pace.quiet.max(self.pace.look) } else { self.pace.quiet }
    }

    fn lose(&mut self, path: &Path, now: Instant) {
        self.pending.retain(|pending, _| !pending.starts_with(path));
        for known in self.known.keys().filter(|known| known.starts_with(path)) {
            let due = now + self.pace.grace;
            self.pending.insert(known.clone(), Pending { is: State::Gone, due, since: now });
        }
    }
}
