//! The folder for temporary files, from which the private copies are mapped.

use std::path::PathBuf;

use super::finding::Finding;
use crate::exit::Exit;

const CHECK: &str = "temporary";

/// Room for some copies of a debug build.
const ENOUGH: u64 = 64 << 20;

const ELSEWHERE: &str = "mkdir -p ~/.cache/plugins && export TMPDIR=~/.cache/plugins";

pub(super) struct Facts {
    path: PathBuf,
    /// Why no folder can be created there.
    writable: Result<(), String>,
    /// `true` if nothing there can be executed or mapped as code.
    is_noexec: bool,
    /// The free bytes; `None` if they are not known.
    free: Option<u64>,
}

impl Facts {
    pub(super) fn gather() -> Self {
        let path = std::env::temp_dir();
        let writable = tempfile::tempdir().map(drop).map_err(|error| error.to_string());
        let (is_noexec, free) = mount(&path);
        Facts { path, writable, is_noexec, free }
    }
}

#[cfg(unix)]
fn mount(path: &std::path::Path) -> (bool, Option<u64>) {
    let Ok(found) = rustix::fs::statvfs(path) else { return (false, None) };
    #[cfg(target_os = "linux")]
    let is_noexec = found.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC);
    #[cfg(not(target_os = "linux"))]
    let is_noexec = false;
    (is_noexec, found.f_bavail.checked_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn mount(_: &std::path::Path) -> (bool, Option<u64>) {
    (false, None)
}

pub(super) fn judge(facts: &Facts) -> Finding {
    let path = facts.path.display();
    if let Err(why) = &facts.writable {
        let found = format!("no private copy can be written to {path}: {why}");
        return Finding::problem(CHECK, Exit::Failed, found, ELSEWHERE);
    }
    if facts.is_noexec {
        let found = format!("{path} is mounted noexec: no plugin can be mapped from a copy there");
        return Finding::problem(CHECK, Exit::Failed, found, ELSEWHERE);
    }
    match facts.free {
        Some(free) if free < ENOUGH => {
            let found = format!("{path} has {} MiB left for private copies", free >> 20);
            Finding::note(CHECK, found, ELSEWHERE)
        }
        _ => Finding::ok(CHECK, format!("private copies can be mapped from {path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_folder_for_copies_is_writable_executable_and_has_room() {
        let good = || Facts {
            path: "/tmp".into(),
            writable: Ok(()),
            is_noexec: false,
            free: Some(1 << 30),
        };
        assert_eq!(judge(&good()).verdict, Verdict::Ok);
        assert_eq!(judge(&Facts { free: None, ..good() }).verdict, Verdict::Ok);
        let finding = judge(&Facts { is_noexec: true, ..good() });
        assert_eq!((finding.verdict, finding.cure.as_deref()), (Verdict::Problem, Some(ELSEWHERE)));
        let finding = judge(&Facts { writable: Err("full".to_owned()), ..good() });
        assert_eq!(finding.found, "no private copy can be written to /tmp: full");
        let finding = judge(&Facts { free: Some(3 << 20), ..good() });
        assert_eq!(finding.found, "/tmp has 3 MiB left for private copies");
    }

    #[test]
    fn the_folder_of_this_process_is_examined() {
        assert_eq!(Facts::gather().path, std::env::temp_dir());
    }
}
