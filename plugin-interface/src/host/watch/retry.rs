//! When to try a file again that was acted upon too early.
//!
//! A pure state machine, as the debouncer is. A file that somebody has open for
//! writing is tried again soon, and ever less often: the event that it was
//! closed may have come before the writer's last child let go of it. One that
//! is unsound may be half written where no lease tells: it gets a second try
//! when it was quiet. Only what fails finally is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::error::{LoadError, Retry};

/// The first pause.
const SOON: Duration = Duration::from_millis(1);
/// A writer that takes longer is an error to be told, though not the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The files to try again.
#[derive(Debug)]
pub(crate) struct RetryQueue {
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
    Retry,
    /// What it says, and nothing more is said of it.
    Final,
}

impl RetryQueue {
    /// None so far. `quiet`: how long a writer may be silent.
    pub(crate) fn new(quiet: Duration) -> Self {
        RetryQueue { quiet, waiting: BTreeMap::new() }
    }

    /// Judges a failure to load a file.
    pub(crate) fn judge(&mut self, path: &Path, error: &LoadError, now: Instant) -> Verdict {
        let retry = error.retry();
        if retry == Retry::Never {
            self.forget(path);
            return Verdict::Final;
        }
        let is_written = retry == Retry::Soon;
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
            return Verdict::Retry;
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

#[cfg(test)]
mod tests {
    use crate::host::watch::retry::*;

    const QUIET: Duration = Duration::from_millis(100);

    /// Tries whenever it is time, up to a time, and gives the times in
    /// milliseconds: of the retries, and of those that were final.
    fn try_until(end: u64, error: impl Fn(u64) -> LoadError) -> (Vec<u64>, Vec<u64>) {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        let (mut tried, mut told) = (Vec::new(), Vec::new());
        let mut next = Some(start);
        while let Some(now) = next.filter(|next| *next < start + Duration::from_millis(end)) {
            let ms = (now - start).as_millis() as u64;
            tried.push(ms);
            if retries.judge(path, &error(ms), now) == Verdict::Final {
                told.push(ms);
            }
            next = retries.wake();
            if let Some(next) = next {
                assert!(next > now && retries.due(now).is_empty());
                assert_eq!(retries.due(next), [path]);
                assert_eq!(retries.wake(), None, "it is being tried");
            }
        }
        (tried, told)
    }

    fn written(_: u64) -> LoadError {
        LoadError::StillWritten { path: "file".into() }
    }

    fn unreadable(_: u64) -> LoadError {
        LoadError::Read { path: "file".into(), source: std::io::ErrorKind::Other.into() }
    }

    #[test]
    fn a_file_that_is_written_is_tried_soon_and_ever_less_often() {
        let (tried, told) = try_until(500, written);
        assert_eq!(tried, [0, 1, 3, 7, 15, 31, 63, 127, 227, 327, 427]);
        assert_eq!(told, [0; 0]);
    }

    #[test]
    fn a_writer_that_never_ends_is_told_once_and_still_waited_for() {
        let (tried, told) = try_until(30_000, written);
        assert!(*tried.last().unwrap() > 29_000);
        let [once] = told[..] else { panic!("{told:?}") };
        assert!((10_000..10_200).contains(&once));
    }

    #[test]
    fn what_is_unsound_is_tried_once_more_when_it_was_quiet() {
        assert_eq!(try_until(30_000, unreadable), (vec![0, 100], vec![100]));
    }

    #[test]
    fn what_a_writer_left_unsound_is_told() {
        let error = |ms| if ms < 200 { written(ms) } else { unreadable(ms) };
        let (tried, told) = try_until(30_000, error);
        assert_eq!((tried.last(), &told[..]), (Some(&227), &[227][..]));
    }

    #[test]
    fn what_is_whole_is_never_tried_again() {
        let refused = |_| LoadError::NothingMade { path: "file".into() };
        assert_eq!(try_until(30_000, refused), (vec![0], vec![0]));
    }

    #[test]
    fn a_file_that_changed_begins_anew() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        assert_eq!(retries.judge(path, &unreadable(0), start), Verdict::Retry);
        retries.forget(path);
        assert_eq!(retries.wake(), None);
        assert_eq!(retries.judge(path, &unreadable(0), start + QUIET), Verdict::Retry);
    }
}
