//! When to try a file again that was acted upon too early.
//!
//! A pure state machine, as the brain is. A file that somebody has open for
//! writing is tried again soon, and ever less often: the event that it was
//! closed may have come before the writer's last child let go of it. One that
//! is unsound may be half written where no lease tells: it gets a second try
//! when it was quiet. Only what fails finally is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::error::LoadError;
use crate::host::stage::Stage;

/// The first pause.
const SOON: Duration = Duration::from_millis(1);
/// A writer that takes longer is an error to be told, though not the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The files to try again.
#[derive(Debug)]
pub(crate) struct Attempts {
    quiet: Duration,
    waiting: BTreeMap<PathBuf, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    pause: Duration,
    due: Option<Instant>,
    is_told: bool,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing yet: the file is tried again.
    Early,
    /// What it says, and nothing more is said of it.
    Final,
}

impl Attempts {
    /// None so far. `quiet`: how long a writer may be silent.
    pub(crate) fn new(quiet: Duration) -> Self {
        Attempts { quiet, waiting: BTreeMap::new() }
    }

    /// Judges a failure to load a file.
    pub(crate) fn judge(&mut self, path: &Path, error: &LoadError, now: Instant) -> Verdict {
        let is_written = matches!(error, LoadError::StillWritten { .. });
        if !is_written && error.stage() > Stage::Check {
            // It is whole: its own metadata said what is wrong, or its code.
            self.forget(path);
            return Verdict::Final;
        }
        let first = if is_written { SOON } else { self.quiet };
        let begin = Waiting { since: now, pause: first, due: None, is_told: false };
        let waiting = self.waiting.entry(path.to_owned()).or_insert(begin);
        let waited = now.saturating_duration_since(waiting.since);
        if !is_written && waited >= self.quiet && waited > Duration::ZERO {
            self.forget(path);
            return Verdict::Final;
        }
        waiting.due = Some(now + waiting.pause);
        waiting.pause = (waiting.pause * 2).min(self.quiet.max(SOON));
        if waited < PATIENCE || std::mem::replace(&mut waiting.is_told, true) {
            return Verdict::Early;
        }
        Verdict::Final
    }

    /// The file was loaded, changed once more, or is gone.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.waiting.remove(path);
    }

    /// The files to try now.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<PathBuf> {
        let mut due = Vec::new();
        for (path, waiting) in &mut self.waiting {
            if waiting.due.take_if(|due| *due <= now).is_some() {
                due.push(path.clone());
            }
        }
        due
    }

    /// When the next one is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.waiting.values().filter_map(|waiting| waiting.due).min()
    }
}
