//! Decides when to try a file again that was loaded too early.
//!
//! A sound file that fails may lack something that comes later. It is tried
//! again when anything beside it changes, and at a slow pace. Each try makes
//! the next pause longer, since a plugin may itself write beside its file.
//!
//! The queue is a pure state machine, like the debouncer. A file that is open
//! for writing is tried again soon, then less and less often: it may have been
//! closed before the writer's last child process closed it too. An unsound file
//! may be half written, where no lease shows that. It is tried again after some
//! silence. Only a final failure is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::reported::FileNow;
use crate::host::error::{LoadError, Retry};

/// The first pause for a file that is open for writing.
const SOON: Duration = Duration::from_millis(1);
/// A writer that takes longer is reported as an error, but still waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The first pause for a sound file that lacks something, and the longest one.
pub(crate) const LATER: Duration = Duration::from_secs(30);
const MUCH_LATER: Duration = Duration::from_secs(3600);

/// The files to try again.
#[derive(Debug)]
pub(crate) struct RetryQueue {
    quiet: Duration,
    waiting: BTreeMap<PathBuf, Waiting>,
    lacking: BTreeMap<PathBuf, Lacking>,
}

/// A sound file that lacks something.
#[derive(Debug)]
struct Lacking {
    due: Option<Instant>,
    /// The next pause.
    pause: Duration,
    /// The next pause after a change beside it.
    short_pause: Duration,
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
        RetryQueue { quiet, waiting: BTreeMap::new(), lacking: BTreeMap::new() }
    }

    /// Judges a failure to load a file, of which `found` is there afterwards.
    pub(crate) fn judge(
        &mut self,
        path: &Path,
        error: &LoadError,
        found: FileNow,
        now: Instant,
    ) -> Verdict {
        if found == FileNow::Gone {
            // It comes back, which is noticed, or what was loaded of it is the last.
            self.forget(path);
            return Verdict::Retry;
        }
        let retry = error.retry();
        match retry {
            Retry::Never | Retry::Later if found == FileNow::Replaced => {
                self.replaced(path, now);
                return Verdict::Retry;
            }
            Retry::Never => {
                self.forget(path);
                return Verdict::Final;
            }
            Retry::Later => {
                self.lacks(path, now);
                return Verdict::Final;
            }
            Retry::Soon | Retry::WhenQuiet => drop(self.lacking.remove(path)),
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

    /// Tries a file that was replaced while it was loaded.
    fn replaced(&mut self, path: &Path, now: Instant) {
        self.forget(path);
        let due = Some(now + self.quiet);
        let waiting = Waiting { since: now, pause: self.quiet, due, is_reported: false };
        self.waiting.insert(path.to_owned(), waiting);
    }

    fn lacks(&mut self, path: &Path, now: Instant) {
        self.waiting.remove(path);
        let first = Lacking { due: None, pause: LATER, short_pause: self.quiet };
        let lacking = self.lacking.entry(path.to_owned()).or_insert(first);
        lacking.due = Some(now + lacking.pause);
        lacking.pause = (lacking.pause * 2).min(MUCH_LATER);
    }

    /// Tries sound files again after a pause: something beside them changed.
    pub(crate) fn changed_beside(&mut self, now: Instant) {
        for lacking in self.lacking.values_mut() {
            let soon = now + lacking.short_pause;
            if lacking.due.is_some_and(|due| soon < due) {
                lacking.due = Some(soon);
                lacking.short_pause = (lacking.short_pause * 2).min(LATER);
            }
        }
    }

    /// Tries every file again at once.
    pub(crate) fn retry(&mut self, now: Instant) {
        let waiting = self.waiting.values_mut().map(|waiting| &mut waiting.due);
        let lacking = self.lacking.values_mut().map(|lacking| &mut lacking.due);
        waiting.chain(lacking).for_each(|due| *due = Some(now));
    }

    /// Forgets a file that was loaded, changed again, or was removed.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.waiting.remove(path);
        self.lacking.remove(path);
    }

    /// Takes the files that are due.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<PathBuf> {
        let mut due = Vec::new();
        let waiting = self.waiting.iter_mut().map(|(path, waiting)| (path, &mut waiting.due));
        let lacking = self.lacking.iter_mut().map(|(path, lacking)| (path, &mut lacking.due));
        for (path, at) in waiting.chain(lacking) {
            if at.take_if(|at| *at <= now).is_some() {
                due.push(path.clone());
            }
        }
        due
    }

    /// Returns the time at which the next file is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        let waiting = self.waiting.values().filter_map(|waiting| waiting.due);
        waiting.chain(self.lacking.values().filter_map(|lacking| lacking.due)).min()
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
            if retries.judge(path, &error(ms), FileNow::Same, now) == Verdict::Final {
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
    fn a_file_that_says_itself_what_is_wrong_is_never_tried_again() {
        let refused = |_| LoadError::NoInterface { path: "file".into() };
        assert_eq!(try_until(30_000, refused), (vec![0], vec![0]));
    }

    fn lacking(_: u64) -> LoadError {
        LoadError::NothingMade { path: "file".into() }
    }

    #[test]
    fn a_sound_file_is_tried_again_at_a_slow_pace() {
        let seconds = |s: &[u64]| s.iter().map(|s| s * 1000).collect::<Vec<_>>();
        let expected = seconds(&[0, 30, 90, 210, 450, 930, 1890, 3810, 7410, 11_010]);
        // The receiver knows which of the failures were reported.
        assert_eq!(try_until(12_000_000, lacking), (expected.clone(), expected));
    }

    #[test]
    fn a_sound_file_is_tried_again_when_something_beside_it_changes() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        retries.changed_beside(start);
        assert_eq!(retries.wake(), None, "nothing has failed");
        // A plugin that writes beside its file is not tried for ever.
        let (mut now, mut pauses) = (start, Vec::new());
        for _ in 0..12 {
            assert_eq!(retries.judge(path, &lacking(0), FileNow::Same, now), Verdict::Final);
            retries.changed_beside(now);
            retries.changed_beside(now);
            let wake = retries.wake().unwrap();
            pauses.push((wake - now).as_millis());
            now = wake;
            assert_eq!(retries.due(now), [path]);
        }
        let expected = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600];
        assert_eq!(pauses[..9], expected);
        assert!(pauses[9..].iter().all(|pause| *pause >= 30_000), "{pauses:?}");
    }

    #[test]
    fn files_are_tried_again_at_once_when_asked_for() {
        let start = Instant::now();
        let mut retries = RetryQueue::new(QUIET);
        retries.judge(Path::new("written"), &written(0), FileNow::Same, start);
        retries.judge(Path::new("lacking"), &lacking(0), FileNow::Same, start);
        retries.retry(start);
        assert_eq!(retries.due(start), [Path::new("written"), Path::new("lacking")]);
        retries.forget(Path::new("lacking"));
        retries.retry(start);
        assert_eq!(retries.due(start), [Path::new("written")]);
    }

    #[test]
    fn a_file_that_was_replaced_meanwhile_is_tried_after_a_pause() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        retries.judge(path, &lacking(0), FileNow::Same, start);
        assert_eq!(retries.judge(path, &lacking(0), FileNow::Replaced, start), Verdict::Retry);
        assert_eq!(retries.wake(), Some(start + QUIET));
        assert_eq!(retries.due(start + QUIET), [path]);
        assert_eq!(retries.wake(), None, "what it lacked is forgotten");
    }

    #[test]
    fn a_file_that_is_gone_is_neither_tried_again_nor_reported() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        for error in [lacking(0), unreadable(0), written(0)] {
            retries.judge(path, &error, FileNow::Same, start);
            assert_eq!(retries.judge(path, &error, FileNow::Gone, start), Verdict::Retry);
            assert_eq!(retries.wake(), None, "{error}");
        }
    }

    #[test]
    fn a_file_that_changed_is_tried_from_the_start() {
        let (start, path) = (Instant::now(), Path::new("file"));
        let mut retries = RetryQueue::new(QUIET);
        assert_eq!(retries.judge(path, &unreadable(0), FileNow::Same, start), Verdict::Retry);
        retries.forget(path);
        assert_eq!(retries.wake(), None);
        assert_eq!(
            retries.judge(path, &unreadable(0), FileNow::Same, start + QUIET),
            Verdict::Retry
        );
    }
}
