//! The results of `check`.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::output::{escaped, print_line};
use crate::terminal::{Tone, on_stdout};

/// The check that an option asks for.
const ADVISORIES: &str = "advisories";

/// The check that a system may not allow.
const UNMAPPED: &str = "unmapped";

/// The checks in their order, each with its meaning.
const CHECKS: [(&str, &str); 24] = [
    ("file", "is a regular file, or a link to one"),
    ("writers", "is not writable by every user"),
    ("format", "is a dynamic library"),
    ("integrity", "is complete, according to its headers"),
    ("machine", "is built for this machine"),
    ("plugin", "has plugin metadata"),
    ("metadata", "has metadata that this host can read"),
    ("policy", "is allowed by the policy"),
    ("abi", "has the ABI version of this host"),
    ("panics", "unwinds on panic, if it is written in Rust"),
    ("implementations", "implements each interface that it offers"),
    ("names", "gives each registration a unique name"),
    ("symbols", "exports the symbols that its metadata promises"),
    (ADVISORIES, "has no crate with a known fault"),
    ("settled", "is completely written"),
    ("probe", "survives in a child process"),
    ("open", "can be opened with all libraries that it needs"),
    ("entry", "connects to the host"),
    ("constructors", "creates every registration"),
    ("answers", "answers the calls that this program knows"),
    ("drop", "is dropped without a panic"),
    ("counter", "counts each drop once"),
    (UNMAPPED, "releases its memory"),
    ("again", "can be loaded a second time"),
];

/// The checks of one file.
#[derive(Serialize)]
pub(crate) struct CheckReport {
    file: String,
    checks: Vec<CheckResult>,
}

#[derive(Serialize)]
struct CheckResult {
    name: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl CheckReport {
    /// Creates the report of a file from the check that failed and the reason.
    /// The checks before it passed; those after it were skipped. If none failed, there
    /// may be a reason why this system keeps the library. The check of the crates is
    /// left out unless it is asked for.
    pub(crate) fn new(
        file: &Path,
        checked: Result<Option<&str>, (&str, &str)>,
        advisories: bool,
    ) -> Self {
        let (failed, kept) = (checked.err(), checked.ok().flatten());
        let at = failed.and_then(|(check, _)| CHECKS.iter().position(|(name, _)| *name == check));
        let result = |(i, (name, _)): (usize, &(&'static str, &str))| match at {
            Some(at) if i == at => {
                let reason = failed.map(|(_, reason)| reason.to_owned());
                CheckResult { name, verdict: "failed", reason }
            }
            Some(at) if i > at => CheckResult { name, verdict: "skipped", reason: None },
            _ if *name == UNMAPPED && kept.is_some() => {
                CheckResult { name, verdict: "kept", reason: kept.map(str::to_owned) }
            }
            _ => CheckResult { name, verdict: "passed", reason: None },
        };
        let asked = |(_, (name, _)): &(usize, &(&str, &str))| advisories || *name != ADVISORIES;
        let checks = CHECKS.iter().enumerate().filter(asked).map(result).collect();
        CheckReport { file: file.display().to_string(), checks }
    }

    pub(crate) fn show(&self) -> io::Result<()> {
        print_line(&escaped(&self.file))?;
        let done = self.checks.iter().filter(|check| check.verdict != "skipped").count();
        for check in &self.checks[..done] {
            let meaning = CHECKS.iter().find(|(name, _)| *name == check.name).map(|(_, it)| *it);
            let meaning = meaning.unwrap_or_default();
            let tone = match check.verdict {
                "passed" => Tone::Good,
                "kept" => Tone::Note,
                _ => Tone::Bad,
            };
            let verdict = on_stdout(tone, &format!("{:<8}", check.verdict));
            print_line(&format!("  {verdict} {:<16} {meaning}", check.name))?;
            for reason in check.reason.iter().flat_map(|reason| reason.lines()) {
                print_line(&format!("           {}", escaped(reason)))?;
            }
        }
        match self.checks.len() - done {
            0 => Ok(()),
            1 => print_line("  skipped  1 more, which depends on the one that failed"),
            left => {
                print_line(&format!("  skipped  {left} more, which depend on the one that failed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use plugin_interface::{InspectError, LoadError};

    use super::{CHECKS, CheckReport, UNMAPPED};

    #[test]
    fn what_the_system_keeps_has_not_passed_and_has_not_failed() {
        let report = CheckReport::new("a.so".as_ref(), Ok(Some("it is musl")), false);
        let others = report.checks.iter().filter(|check| check.name != UNMAPPED);
        assert!(others.clone().count() > 20 && others.into_iter().all(|it| it.verdict == "passed"));
        let kept = report.checks.iter().find(|check| check.name == UNMAPPED).unwrap();
        assert_eq!((kept.verdict, kept.reason.as_deref()), ("kept", Some("it is musl")));
    }

    #[test]
    fn an_error_of_a_load_names_a_check_of_the_list() {
        let path = || std::path::PathBuf::from("libx.so");
        let errors = [
            LoadError::StillWritten { path: path() },
            LoadError::WorldWritable { path: path(), culprit: path() },
            LoadError::PanicAbort { path: path() },
            LoadError::NothingMade { path: path() },
            LoadError::Inspect(InspectError::NotAPlugin { path: path() }),
        ];
        for error in errors {
            assert!(CHECKS.iter().any(|(name, _)| *name == error.check()), "{error}");
        }
    }

    #[test]
    fn each_check_has_a_unique_name() {
        let names: BTreeSet<_> = CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
