//! The rights of the folders that plugins are built in and loaded from.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::exit::Exit;

const CHECK: &str = "folders";

/// A folder on the way to the plugins, and who may replace what is in it.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    is_world_writable: bool,
    /// `true` if only owners may replace their files.
    is_sticky: bool,
}

impl Folder {
    /// Returns the folder of plugins and those above it, with what is known of
    /// their rights.
    pub(super) fn ways(plugins: &Path) -> Vec<Self> {
        let real = plugins.canonicalize().unwrap_or_else(|_| plugins.to_owned());
        real.ancestors().filter_map(Folder::read).collect()
    }

    #[cfg(unix)]
    fn read(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let mode = path.metadata().ok()?.mode();
        Some(Folder {
            path: path.to_owned(),
            is_world_writable: mode & 0o002 != 0,
            is_sticky: mode & 0o1000 != 0,
        })
    }

    /// Access lists are not read.
    #[cfg(not(unix))]
    fn read(_: &Path) -> Option<Self> {
        None
    }
}

pub(super) fn judge(folders: &[Folder]) -> Vec<Finding> {
    let open = folders.iter().filter(|folder| folder.is_world_writable && !folder.is_sticky);
    let findings: Vec<_> = open.map(problem).collect();
    match folders.first() {
        Some(first) if findings.is_empty() => {
            let first = first.path.display();
            vec![Finding::ok(CHECK, format!("no other user can replace a file in {first}"))]
        }
        _ => findings,
    }
}

fn problem(folder: &Folder) -> Finding {
    let path = folder.path.display();
    let found = format!("anyone can modify {path}: hosts refuse the plugins below it");
    Finding::problem(CHECK, Exit::Refused, found, format!("chmod o-w {path}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_folder_that_anyone_can_modify_is_a_problem_unless_it_is_sticky() {
        let folder = |path: &str, is_world_writable, is_sticky| Folder {
            path: path.into(),
            is_world_writable,
            is_sticky,
        };
        let findings = judge(&[folder("/a/b", false, false), folder("/a", true, true)]);
        assert_eq!((findings.len(), findings[0].verdict), (1, Verdict::Ok));
        let findings = judge(&[folder("/a/b", false, false), folder("/a", true, false)]);
        assert_eq!((findings.len(), findings[0].exit), (1, Exit::Refused));
        assert_eq!(findings[0].cure.as_deref(), Some("chmod o-w /a"));
        assert_eq!(judge(&[]), []);
    }
}
