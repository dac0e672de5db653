//! Events of the file system, by which changes of plugins are noticed.

use std::fs;
use std::path::Path;

use plugin_interface::check_watch_events;

use super::finding::Finding;

const CHECK: &str = "events";

/// The instances that hosts and editors of a user may need at once.
const INSTANCES: u64 = 16;

/// Watches of the folders of a large project.
const WATCHES: u64 = 8192;

pub(super) struct Facts {
    /// Why no events are reported for the folder of the plugins.
    reported: Result<(), String>,
    /// The limits of Linux; `None` elsewhere.
    limits: Option<Limits>,
}

struct Limits {
    instances: u64,
    /// Those that the processes of this user have.
    used: u64,
    watches: u64,
}

impl Facts {
    pub(super) fn gather(plugins: &Path) -> Self {
        Facts { reported: check_watch_events(plugins), limits: Limits::gather() }
    }
}

impl Limits {
    fn gather() -> Option<Self> {
        let read = |name: &str| {
            let text = fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).ok()?;
            text.trim().parse().ok()
        };
        Some(Limits {
            instances: read("max_user_instances")?,
            used: used(),
            watches: read("max_user_watches")?,
        })
    }
}

/// Counts the instances of all processes whose files this user may see: its own.
fn used() -> u64 {
    let entries = |path: &Path| path.read_dir().into_iter().flatten().flatten();
    let files = entries(Path::new("/proc")).flat_map(|process| entries(&process.path().join("fd")));
    let is_instance =
        |path: &Path| path.read_link().is_ok_and(|link| link.as_os_str() == "anon_inode:inotify");
    files.filter(|file| is_instance(&file.path())).count() as u64
}

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(why) = &facts.reported {
        let found = format!("the system reports no changes of plugins here: {why}");
        findings.push(Finding::note(CHECK, found, "plugin-host watch --poll 1 DIR"));
    }
    if let Some(Limits { instances, used, watches }) = facts.limits {
        if instances < used + INSTANCES {
            let found = format!("{used} of {instances} inotify instances of this user are in use");
            let more = (instances * 2).max(512);
            let cure = format!("sudo sysctl fs.inotify.max_user_instances={more}");
            findings.push(Finding::note(CHECK, found, cure));
        }
        if watches < WATCHES {
            let found = format!("this user may watch {watches} folders, which editors use too");
            findings.push(Finding::note(
                CHECK,
                found,
                "sudo sysctl fs.inotify.max_user_watches=65536",
            ));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "changes of plugins are reported at once"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn facts(instances: u64, used: u64, watches: u64) -> Facts {
        Facts { reported: Ok(()), limits: Some(Limits { instances, used, watches }) }
    }

    #[test]
    fn limits_that_are_nearly_reached_are_noted() {
        assert_eq!(judge(&facts(128, 4, 65_536))[0].verdict, Verdict::Ok);
        let findings = judge(&facts(128, 120, 100));
        assert_eq!(findings[0].found, "120 of 128 inotify instances of this user are in use");
        assert_eq!(
            findings[0].cure.as_deref(),
            Some("sudo sysctl fs.inotify.max_user_instances=512")
        );
        assert!(findings[1].found.contains("may watch 100 folders"));
    }

    #[test]
    fn a_folder_without_events_is_noted() {
        let facts = Facts { reported: Err("no inotify".to_owned()), limits: None };
        let findings = judge(&facts);
        assert_eq!((findings.len(), findings[0].verdict), (1, Verdict::Note));
        assert!(findings[0].found.ends_with("no inotify"));
    }
}
