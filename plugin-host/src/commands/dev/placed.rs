//! The library that the user's own host is to use, and what the host reports of it.
//!
//! A host may report late, or nothing. So only the line of text about the build waits
//! for it, and not for long.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use plugin_interface::dev::{BuildMark, DevReport};

use super::version::Version;
use crate::report::dev::DevLine;

/// The time that a host that has reported before has to report again.
const PATIENCE: Duration = Duration::from_secs(2);

/// A library that is where the user's host finds it.
pub(super) struct Placed {
    number: u64,
    file: PathBuf,
    mark: BuildMark,
    built: SystemTime,
    pub(super) build_ms: f64,
    needs: Option<String>,
    state: HostState,
    /// The time to print the line about it, if it was not printed.
    tell_at: Option<Instant>,
    /// The version before it. Once the host has refused it: its own.
    other: Option<Version>,
}

/// What the host made of a library, as far as it reports that.
#[derive(Clone, Copy, PartialEq)]
enum HostState {
    Unknown,
    Uses,
    Refused,
}

/// What a report changes.
pub(super) enum Change {
    /// The host uses the library.
    Used(DevLine),
    /// The host stays with what it had, for this reason.
    Refused(String),
}

impl Placed {
    /// Returns what is known of a library that was placed now. Its line waits for a
    /// host that reports.
    pub(super) fn new(
        (number, before): (u64, Option<Version>),
        (file, mark): (PathBuf, BuildMark),
        (built, build_ms): (SystemTime, f64),
        needs: Option<String>,
        host_reports: bool,
    ) -> Self {
        Placed {
            number,
            mark,
            file,
            built,
            build_ms,
            needs,
            state: HostState::Unknown,
            tell_at: host_reports.then(|| Instant::now() + PATIENCE),
            other: before,
        }
    }

    /// Returns the folder of the library.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Returns the event. Its line of text may have to wait.
    pub(super) fn line(&self) -> DevLine {
        DevLine::Placed {
            number: self.number,
            file: self.file.display().to_string(),
            build_ms: self.build_ms,
            needs: self.needs.clone(),
            waits: self.tell_at.is_some(),
        }
    }

    /// Returns when the line of text waits no longer.
    pub(super) fn tell_at(&self) -> Option<Instant> {
        self.tell_at
    }

    /// Waits no longer. Returns `false` if there was nothing to wait for.
    pub(super) fn stop_waiting(&mut self) -> bool {
        self.tell_at.take().is_some()
    }

    /// Returns `true` if a report is about this library.
    pub(super) fn is(&self, report: &DevReport) -> bool {
        self.mark == report.build
    }

    /// Takes a report of the host in. `current` is the version that hosts have.
    pub(super) fn take_in(
        &mut self,
        report: DevReport,
        current: &mut Option<Version>,
    ) -> Option<Change> {
        let was = self.state;
        match report.refused {
            None if was == HostState::Uses => return None,
            Some(_) if was != HostState::Unknown => return None,
            None if was == HostState::Unknown => self.state = HostState::Uses,
            None => {
                // It came round: what it needs is there now.
                std::mem::swap(current, &mut self.other);
                self.state = HostState::Uses;
            }
            Some(error) => {
                std::mem::swap(current, &mut self.other);
                self.state = HostState::Refused;
                self.tell_at = None;
                return Some(Change::Refused(error));
            }
        }
        let swap = report.at.duration_since(self.built).unwrap_or_default();
        Some(Change::Used(DevLine::Hosted {
            number: self.number,
            build_ms: self.build_ms,
            needs: self.needs.clone(),
            swap_ms: swap.as_secs_f64() * 1000.0,
            panics: report.panics,
            is_told: !self.stop_waiting(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn placed(host_reports: bool) -> (Placed, DevReport, tempfile::NamedTempFile) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let built = SystemTime::UNIX_EPOCH + SECOND;
        let (path, build) = (file.path().to_owned(), BuildMark::of(file.path()).unwrap());
        let placed = Placed::new((7, None), (path, build), (built, 1.0), None, host_reports);
        let report = DevReport { build, at: built + SECOND, panics: 2, refused: None };
        (placed, report, file)
    }

    #[test]
    fn a_line_waits_for_a_host_that_reports_and_for_no_other() {
        let (mut placed, report, _file) = placed(true);
        assert!(matches!(placed.line(), DevLine::Placed { waits: true, .. }));
        assert!(placed.tell_at().is_some() && placed.is(&report));
        match placed.take_in(report, &mut None) {
            Some(Change::Used(DevLine::Hosted { number, swap_ms, panics, is_told, .. })) => {
                assert_eq!((number, swap_ms, panics, is_told), (7, 1000.0, 2, false));
            }
            _ => panic!("the host uses it"),
        }
        assert_eq!(placed.tell_at(), None);

        let (placed, ..) = self::placed(false);
        assert!(matches!(placed.line(), DevLine::Placed { waits: false, .. }));
        assert_eq!(placed.tell_at(), None);
    }

    #[test]
    fn each_change_is_told_once() {
        let (mut placed, report, _file) = placed(false);
        let refused = DevReport { refused: Some("why".to_owned()), ..report.clone() };
        let mut take_in = |report: &DevReport| placed.take_in(report.clone(), &mut None);
        assert!(matches!(take_in(&refused), Some(Change::Refused(error)) if error == "why"));
        assert!(take_in(&refused).is_none());
        // Another try was better.
        let used = take_in(&report);
        assert!(matches!(used, Some(Change::Used(DevLine::Hosted { is_told: true, .. }))));
        assert!(take_in(&report).is_none());
        assert!(take_in(&refused).is_none());
    }
}
