//! What the kernel offers to loads and reloads.

use std::path::Path;

use super::finding::Finding;

const CHECK: &str = "kernel";

pub(super) struct Facts {
    /// The version of Linux; `None` on another system.
    release: Option<String>,
    /// Asymmetric fences, by `membarrier`.
    has_fences: bool,
    /// Leases of files, where the plugins are.
    has_leases: bool,
    /// Files in memory.
    has_memfd: bool,
    /// Sandboxes; `None` if the system does not tell.
    has_landlock: Option<bool>,
}

impl Facts {
    pub(super) fn gather(plugins: &Path) -> Self {
        let support = plugin_interface::system_support(plugins);
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let modules = read("/sys/kernel/security/lsm");
        Facts {
            release: read("/proc/sys/kernel/osrelease").map(|release| release.trim().to_owned()),
            has_fences: support.fences,
            has_leases: support.leases,
            has_memfd: has_memfd(),
            has_landlock: modules.map(|list| list.trim().split(',').any(|it| it == "landlock")),
        }
    }
}

#[cfg(target_os = "linux")]
fn has_memfd() -> bool {
    rustix::fs::memfd_create("doctor", rustix::fs::MemfdFlags::CLOEXEC).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn has_memfd() -> bool {
    false
}

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    // What other systems lack is told by the finding about the platform.
    let Some(release) = &facts.release else { return Vec::new() };
    let offered = [
        ("membarrier", Some(facts.has_fences)),
        ("leases", Some(facts.has_leases)),
        ("memfd", Some(facts.has_memfd)),
        ("landlock", facts.has_landlock),
    ];
    let word = |(name, offered): (&str, Option<bool>)| match offered {
        Some(true) => format!("{name} yes"),
        Some(false) => format!("{name} no"),
        None => format!("{name} unknown"),
    };
    let list = offered.map(word).join(", ");
    let mut findings = vec![Finding::ok(CHECK, format!("Linux {release}: {list}"))];
    if !facts.has_fences {
        let found = "without membarrier, each call of a `Live` pays for a fence";
        findings.push(Finding::note(
            CHECK,
            found,
            "allow membarrier(2) in the filter of system calls",
        ));
    }
    if !facts.has_leases {
        let found = "without leases here, a file that is being written is told by its size and \
                     times, a little later";
        let cure = "build and load on a local file system, by the user who owns the files";
        findings.push(Finding::note(CHECK, found, cure));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn facts() -> Facts {
        Facts {
            release: Some("6.1.0".to_owned()),
            has_fences: true,
            has_leases: true,
            has_memfd: true,
            has_landlock: None,
        }
    }

    #[test]
    fn what_reloads_lack_is_noted() {
        let findings = judge(&facts());
        assert_eq!(
            findings[0].found,
            "Linux 6.1.0: membarrier yes, leases yes, memfd yes, landlock unknown"
        );
        assert_eq!(findings.len(), 1);
        let findings = judge(&Facts { has_fences: false, has_leases: false, ..facts() });
        assert!(findings[1].found.contains("membarrier") && findings[2].found.contains("leases"));
        assert!(findings[1..].iter().all(|finding| finding.verdict == Verdict::Note));
        // Nothing uses these yet.
        let less = Facts { has_memfd: false, has_landlock: Some(false), ..facts() };
        assert_eq!(judge(&less).len(), 1);
        assert_eq!(judge(&Facts { release: None, ..facts() }), []);
    }
}
