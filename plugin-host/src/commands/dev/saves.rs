//! Decides when a save is complete.
//!
//! One save is several events, and a checkout of a branch is many. A pure state
//! machine: it reads no file and no clock.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A file without an event for this time is written.
const QUIET: Duration = Duration::from_millis(10);

/// A file that is open for writing is written after this time, even if nobody has
/// said that it was closed.
const UNCLOSED: Duration = Duration::from_millis(100);

/// A build does not wait longer than this for more files.
const LONGEST: Duration = Duration::from_millis(200);

/// The files that changed together.
#[derive(Debug, PartialEq)]
pub(super) struct Save {
    /// The time of the first event.
    pub(super) since: Instant,
    pub(super) paths: BTreeSet<PathBuf>,
}

/// The events that are not reported yet.
#[derive(Default)]
pub(super) struct Saves {
    pending: Option<(Save, Instant)>,
    /// The files that were written to and not closed.
    open: BTreeSet<PathBuf>,
}

/// What an event says of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Written {
    /// It is being written; its end is reported.
    Partly,
    /// It is complete, or gone.
    Completely,
    /// Nothing.
    Unknown,
}

impl Saves {
    /// Notices an event of files.
    pub(super) fn notice(&mut self, paths: Vec<PathBuf>, written: Written, now: Instant) {
        if paths.is_empty() {
            return;
        }
        match written {
            Written::Partly => self.open.extend(paths.iter().cloned()),
            Written::Completely => self.open.retain(|open| !paths.contains(open)),
            Written::Unknown => {}
        }
        let (save, last) =
            self.pending.get_or_insert_with(|| (Save { since: now, paths: BTreeSet::new() }, now));
        save.paths.extend(paths);
        *last = now;
    }

    /// Returns when [`due`](Self::due) has something.
    pub(super) fn wake(&self) -> Option<Instant> {
        let (save, last) = self.pending.as_ref()?;
        let quiet = if self.open.is_empty() { QUIET } else { UNCLOSED };
        Some((*last + quiet).min(save.since + LONGEST))
    }

    /// Returns the save that is complete by now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Save> {
        let is_due = self.wake().is_some_and(|wake| wake <= now);
        if is_due {
            self.open.clear();
        }
        is_due.then(|| self.pending.take()).flatten().map(|(save, _)| save)
    }
}

impl Save {
    /// Adds an earlier save of which nothing was built.
    pub(super) fn after(mut self, earlier: Save) -> Self {
        self.since = earlier.since;
        self.paths.extend(earlier.paths);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Written::{Completely, Partly, Unknown};
    use super::*;

    #[test]
    fn events_that_follow_each_other_are_one_save() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut saves = Saves::default();
        assert_eq!((saves.wake(), saves.due(start)), (None, None));
        saves.notice(vec![], Completely, start);
        assert_eq!(saves.wake(), None);
        saves.notice(vec!["a".into()], Completely, start);
        saves.notice(vec!["b".into(), "a".into()], Unknown, at(9));
        assert_eq!((saves.wake(), saves.due(at(18))), (Some(at(19)), None));
        let paths = ["a".into(), "b".into()].into();
        assert_eq!(saves.due(at(19)), Some(Save { since: start, paths }));
        assert_eq!(saves.wake(), None);
    }

    #[test]
    fn a_file_that_is_open_is_waited_for() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut saves = Saves::default();
        // A writer that was interrupted after it emptied the file.
        saves.notice(vec!["a".into()], Partly, start);
        assert_eq!(saves.wake(), Some(at(100)));
        saves.notice(vec!["a".into()], Partly, at(50));
        saves.notice(vec!["a".into()], Completely, at(51));
        assert_eq!(saves.wake(), Some(at(61)));
        assert!(saves.due(at(61)).is_some());
        // It is no longer waited for.
        saves.notice(vec!["b".into()], Partly, at(100));
        assert!(saves.due(at(200)).is_some());
        saves.notice(vec!["c".into()], Unknown, at(300));
        assert_eq!(saves.wake(), Some(at(310)));
    }

    #[test]
    fn a_file_that_is_written_all_the_time_delays_no_build_for_long() {
        let start = Instant::now();
        let mut saves = Saves::default();
        let writes = (0..).map(|i| start + Duration::from_millis(5 * i));
        let built = writes.take(1000).find(|now| {
            saves.notice(vec!["log".into()], Partly, *now);
            saves.due(*now).is_some()
        });
        assert_eq!(built, Some(start + LONGEST));
    }

    #[test]
    fn a_save_that_was_not_built_counts_from_its_first_event() {
        let start = Instant::now();
        let save = |path: &str, since| Save { since, paths: [path.into()].into() };
        let both = save("b", start + QUIET).after(save("a", start));
        assert_eq!(both, Save { since: start, paths: ["a".into(), "b".into()].into() });
    }
}
