//! Decides when to try a file again that was loaded too early.
//!
//! The queue is a pure state machine, like the debouncer. A file that is open
//! for writing is tried again soon, then less and less often: it may have been
//! closed before the writer's last child process closed it too. An unsound file
//! may be half written, where no lease shows that. It is tried again after some
//! silence. Only a final failure is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::error::{LoadError, Retry};

/// The first pause for a file that is open for writing.
const SOON: Duration = Duration::from_millis(1);
/// A writer that takes longer is reported as an error, but still waited for.
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
    is_reported: bool,
}

/// The judgement of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The file is tried again. The failure is not reported.
    Retry,
    /// The failure is reported.
    Final,
}

impl RetryQueue {
    /// Returns an empty queue. `quiet` is the time for which a writer may be
    /// silent.
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
        let begin = Waiting { since: now, pause: first, due: None, is_reported: false };
        let waiting = self.waiting.entry(path.to_owned()).or_insert(begin);
        let waited = now.saturating_duration_since(waiting.since);
        if !is_written && waited >= self.quiet && waited > Duration::ZERO {
            self.forget(path);
            return Verdict::Final;
        }
        waiting.due = Some(now + waiting.pause);
        waiting.pause = (waiting.pause * 2).min(self.quiet.max(SOON));
        if waited < PATIENCE || std::mem::replace(&mut waiting.is_reported, true) {
            return Verdict::Retry;
        }
        Verdict::Final
    }

    /// Forgets a file that was loaded, changed again, or was removed.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.waiting.remove(path);
    }

    /// Takes the files that are due.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<PathBuf> {
        let mut due = Vec::new();
        for (path, waiting) in &mut self.waiting {
            if waiting.due.take_if(|due| *due <= now).is_some() {
                due.push(path.clone());
            }
        }
        due
    }

    /// Returns the time at which the next file is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.waiting.values().filter_map(|waiting| waiting.due).min()
    }
}

#[cfg(test)]
mod tests {
    use crate::host::watch::retry::*;

    const QUIET: Duration = Duration::from_millis(100);

    /// Tries whenever it is time, until `end`. Returns the times of all tries
    /// and of the reported ones, in milliseconds.
    fn try_until(end: u64, error: impl Fn(u64) -> LoadError) -> (Vec<u64>, Vec<u64>) {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        let (mut tried, mut reported) = (Vec::new(), Vec::new());
        let mut next = Some(start);
        while let Some(now) = next.filter(|next| *next < start + Duration::from_millis(end)) {
            let ms = (now - start).as_millis() as u64;
            tried.push(ms);
            if retries.judge(path, &error(ms), now) == Verdict::Final {
                reported.push(ms);
            }
            next = retries.wake();
            if let Some(next) = next {
                assert!(next > now && retries.due(now).is_empty());
                assert_eq!(retries.due(next), [path]);
                assert_eq!(retries.wake(), None, "it is being tried");
            }
        }
        (tried, reported)
    }

    fn written(_: u64) -> LoadError {
        LoadError::StillWritten { path: "file".into() }
    }

    fn unreadable(_: u64) -> LoadError {
        LoadError::Read { path: "file".into(), source: std::io::ErrorKind::Other.into() }
    }

    #[test]
    fn a_file_that_is_written_is_tried_soon_and_then_less_often() {
        let (tried, reported) = try_until(500, written);
        assert_eq!(tried, [0, 1, 3, 7, 15, 31, 63, 127, 227, 327, 427]);
        assert_eq!(reported, [0; 0]);
    }

    #[test]
    fn a_writer_that_never_ends_is_reported_once_and_still_waited_for() {
        let (tried, reported) = try_until(30_000, written);
        assert!(*tried.last().unwrap() > 29_000);
        let [once] = reported[..] else { panic!("{reported:?}") };
        assert!((10_000..10_200).contains(&once));
    }

    #[test]
    fn an_unsound_file_is_tried_once_more_when_it_was_quiet() {
        assert_eq!(try_until(30_000, unreadable), (vec![0, 100], vec![100]));
    }

    #[test]
    fn a_file_that_its_writer_left_unsound_is_reported() {
        let error = |ms| if ms < 200 { written(ms) } else { unreadable(ms) };
        let (tried, reported) = try_until(30_000, error);
        assert_eq!((tried.last(), &reported[..]), (Some(&227), &[227][..]));
    }

    #[test]
    fn a_whole_file_is_never_tried_again() {
        let refused = |_| LoadError::NothingMade { path: "file".into() };
        assert_eq!(try_until(30_000, refused), (vec![0], vec![0]));
    }

    #[test]
    fn a_file_that_changed_is_tried_from_the_start() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        assert_eq!(retries.judge(path, &unreadable(0), start), Verdict::Retry);
        retries.forget(path);
        assert_eq!(retries.wake(), None);
        assert_eq!(retries.judge(path, &unreadable(0), start + QUIET), Verdict::Retry);
    }
}
