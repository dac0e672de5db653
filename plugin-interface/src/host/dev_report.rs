//! Reports for `plugin-host dev`, which drives this host: the versions that it uses,
//! and those that it refused.
//!
//! Each is a line at the end of the file that [`VARIABLE`] names. `dev` creates the
//! file. Without the variable or the file, nothing is written.

use core::fmt::Debug;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::host::file::compare::{Head, fill};

/// The environment variable with the path of the file.
pub const VARIABLE: &str = "PLUGIN_DEV_REPORTS";

/// The first word of each line. Whoever reads another one knows nothing of the line.
const FORMAT: &str = "1";

/// A report of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevReport {
    /// The build that the report is about.
    pub build: BuildMark,
    /// The time from which the host uses the build, or does not.
    pub at: SystemTime,
    /// The panics of plugins since the last report.
    pub panics: u64,
    /// The error, if the host refused the build.
    pub refused: Option<String>,
}

/// What tells a build of a library from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildMark(Head);

impl BuildMark {
    /// Reads the mark of a library.
    pub fn of(library: &Path) -> io::Result<Self> {
        let mut file = File::open(library)?;
        let mut begin = vec![0; Head::BYTES as usize];
        let filled = fill(&mut file, &mut begin)?;
        Ok(BuildMark(Head::of(file.metadata()?.len(), &begin[..filled])))
    }
}

impl DevReport {
    /// Writes the report as a line.
    fn line(&self) -> String {
        let DevReport { build: BuildMark(head), at, panics, refused } = self;
        let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let (len, hash) = (head.len, head.hash());
        match refused {
            None => format!("{FORMAT} used {at} {len} {hash} {panics}\n"),
            Some(error) => {
                let error = error.replace('\\', "\\\\").replace('\n', "\\n");
                format!("{FORMAT} refused {at} {len} {hash} {panics} {error}\n")
            }
        }
    }

    /// Reads a line without its end; `None` if it is of another format.
    pub fn read(line: &str) -> Option<Self> {
        let mut words = line.splitn(7, ' ');
        let mut word = || words.next();
        let (format, kind) = (word()?, word()?);
        let at = UNIX_EPOCH.checked_add(Duration::from_nanos(word()?.parse().ok()?))?;
        let head = Head::from_parts(word()?.parse().ok()?, word()?.parse().ok()?);
        let panics = word()?.parse().ok()?;
        let refused = match (format, kind, word()) {
            (FORMAT, "used", None) => None,
            (FORMAT, "refused", Some(error)) => Some(unescaped(error)),
            _ => return None,
        };
        Some(DevReport { build: BuildMark(head), at, panics, refused })
    }
}

fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut unescaped = String::new();
    while let Some(character) = characters.next() {
        unescaped.push(match character {
            '\\' if characters.next() == Some('n') => '\n',
            other => other,
        });
    }
    unescaped
}

/// The panics of plugins since the last report.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts a panic of a plugin.
pub(crate) fn panicked() {
    PANICS.fetch_add(1, Ordering::Relaxed);
}

/// Returns each of these builds once, for [`used`]; none if nobody wants reports.
pub(crate) fn once_each(builds: impl Iterator<Item = Head>) -> Vec<Head> {
    let mut once = Vec::new();
    if file().is_some() {
        once.extend(builds);
        once.dedup();
    }
    once
}

/// Reports that these builds are used from now on.
pub(crate) fn used(builds: impl IntoIterator<Item = Head>) {
    builds.into_iter().for_each(|head| report(BuildMark(head), None));
}

/// Reports that the build at `path` was refused.
pub(crate) fn refused(path: &Path, error: &dyn Debug) {
    if file().is_some()
        && let Ok(build) = BuildMark::of(path)
    {
        report(build, Some(format!("{error:?}")));
    }
}

fn report(build: BuildMark, refused: Option<String>) {
    let Some(mut file) = file() else { return };
    let (at, panics) = (SystemTime::now(), PANICS.swap(0, Ordering::Relaxed));
    let line = DevReport { build, at, panics, refused }.line();
    // If it is full, `dev` says less, and the host is none the worse.
    let _ = file.write_all(line.as_bytes());
}

/// Returns the file, open for appending.
fn file() -> Option<&'static File> {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    FILE.get_or_init(|| open(&std::env::var_os(VARIABLE)?)).as_ref()
}

/// Opens the file if it exists, and is a file.
fn open(path: &OsStr) -> Option<File> {
    if !Path::new(path).metadata().ok()?.is_file() {
        return None;
    }
    OpenOptions::new().append(true).open(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let build = BuildMark(Head::of(9, b"begin"));
        let at = UNIX_EPOCH + Duration::from_nanos(1_234_567_890_123_456_789);
        for refused in [None, Some("a\nb \\n \\\\ c".to_owned()), Some(String::new())] {
            let report = DevReport { build, at, panics: 3, refused };
            let line = report.line();
            let (line, rest) = line.split_once('\n').unwrap();
            assert_eq!((DevReport::read(line), rest), (Some(report), ""));
        }
    }

    #[test]
    fn a_line_of_another_format_is_none() {
        for line in ["", "2 used 1 2 3 4", "1 used 1 2 3", "1 used 1 2 3 4 5", "1 used x 2 3 4"] {
            assert_eq!(DevReport::read(line), None, "{line}");
        }
        assert!(DevReport::read("1 used 1 2 3 4").is_some());
        assert_eq!(DevReport::read("1 refused 1 2 3 4"), None);
    }

    #[test]
    fn only_a_file_that_exists_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("reports");
        assert!(open(path.as_os_str()).is_none() && !path.exists());
        assert!(open(directory.path().as_os_str()).is_none());
        std::fs::write(&path, "first\n").unwrap();
        open(path.as_os_str()).unwrap().write_all(b"second\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\nsecond\n");
    }

    #[test]
    fn the_mark_of_a_file_is_that_of_its_copy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("library");
        for len in [0, 5, 1023, 1024, 5000] {
            let content: Vec<u8> = (0..len).map(|at: usize| at as u8).collect();
            std::fs::write(&path, &content).unwrap();
            let begin = &content[..len.min(Head::BYTES as usize)];
            assert_eq!(BuildMark::of(&path).unwrap().0, Head::of(len as u64, begin));
        }
    }
}
