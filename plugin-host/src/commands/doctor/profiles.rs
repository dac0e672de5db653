//! The profiles of a workspace: panics, debug information and symbols.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

use super::finding::Finding;
use super::project::Project;
use crate::exit::Exit;

const CHECK: &str = "profiles";

/// The settings of a profile that concern plugins, as they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Profile {
    name: String,
    /// The file that has the profile.
    file: PathBuf,
    panic: Option<String>,
    debug: Option<String>,
    strip: Option<String>,
}

impl Profile {
    /// Reads the profiles of the root manifest and of the configuration of cargo,
    /// which wins.
    pub(super) fn read(project: &Project) -> Vec<Self> {
        let mut files = vec![project.root.join("Cargo.toml")];
        let outermost_first: Vec<_> = project.root.ancestors().collect();
        for folder in outermost_first.into_iter().rev() {
            files.push(folder.join(".cargo/config"));
            files.push(folder.join(".cargo/config.toml"));
        }
        let texts = files.iter().filter_map(|file| Some((&**file, fs::read_to_string(file).ok()?)));
        Profile::of(texts)
    }

    /// Parses the profiles of files, of which later ones win.
    fn of<'f>(files: impl Iterator<Item = (&'f Path, String)>) -> Vec<Self> {
        let mut profiles = BTreeMap::new();
        for (file, text) in files {
            // Cargo reports its mistakes.
            let Ok(document) = text.parse::<DocumentMut>() else { continue };
            let Some(tables) = document.get("profile").and_then(Item::as_table_like) else {
                continue;
            };
            for (name, table) in tables.iter() {
                let profile: &mut Profile = profiles.entry(name.to_owned()).or_default();
                profile.name = name.to_owned();
                profile.set(file, table);
            }
        }
        profiles.into_values().collect()
    }

    fn set(&mut self, file: &Path, table: &Item) {
        let settings =
            [("panic", &mut self.panic), ("debug", &mut self.debug), ("strip", &mut self.strip)];
        for (key, setting) in settings {
            if let Some(value) = table.get(key).and_then(Item::as_value) {
                let text = value.as_str().map(str::to_owned);
                *setting = Some(text.unwrap_or_else(|| value.to_string().trim().to_owned()));
                self.file = file.to_owned();
            }
        }
    }

    /// Returns the arguments of a build with this profile.
    fn build(&self) -> String {
        match self.name.as_str() {
            "dev" | "test" => "cargo build".to_owned(),
            "release" | "bench" => "cargo build --release".to_owned(),
            other => format!("cargo build --profile {other}"),
        }
    }

    fn with(&self, key: &str, value: &str) -> String {
        format!("{} --config 'profile.{}.{key}=\"{value}\"'", self.build(), self.name)
    }
}

pub(super) fn judge(profiles: &[Profile]) -> Vec<Finding> {
    let mut findings: Vec<_> = profiles.iter().flat_map(judge_one).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "panics unwind"));
    }
    findings
}

fn judge_one(profile: &Profile) -> Vec<Finding> {
    let (name, file) = (&profile.name, profile.file.display());
    let mut findings = Vec::new();
    if profile.panic.as_deref() == Some("abort") {
        let found = format!(
            "[profile.{name}] of {file} has panic = \"abort\": hosts refuse such plugins, since a \
             panic would end the host"
        );
        let cure = profile.with("panic", "unwind");
        findings.push(Finding::problem(CHECK, Exit::Incompatible, found, cure));
    }
    let is_without = matches!(profile.debug.as_deref(), Some("false" | "0" | "none"));
    if is_without && matches!(name.as_str(), "dev" | "test") {
        let found = format!(
            "[profile.{name}] of {file} has no debug information: backtraces and breakpoints have \
             no lines"
        );
        findings.push(Finding::note(CHECK, found, profile.with("debug", "line-tables-only")));
    }
    if matches!(profile.strip.as_deref(), Some("true" | "symbols")) {
        let found = format!(
            "[profile.{name}] of {file} strips symbols: backtraces and profiles have no names"
        );
        findings.push(Finding::note(CHECK, found, profile.with("strip", "none")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn of(texts: &[&str]) -> Vec<Finding> {
        let files = texts.iter().map(|text| (Path::new("Cargo.toml"), (*text).to_owned()));
        judge(&Profile::of(files))
    }

    #[test]
    fn a_profile_that_aborts_is_a_problem() {
        let findings = of(&["[profile.release]\npanic = \"abort\"\nlto = true\n"]);
        assert_eq!((findings.len(), findings[0].exit), (1, Exit::Incompatible));
        assert_eq!(
            findings[0].cure.as_deref(),
            Some("cargo build --release --config 'profile.release.panic=\"unwind\"'")
        );
        let findings = of(&["profile.small = { inherits = \"release\", panic = \"abort\" }"]);
        assert!(findings[0].cure.as_ref().unwrap().contains("--profile small"));
    }

    #[test]
    fn what_a_debugger_lacks_is_noted() {
        let findings = of(&["[profile.dev]\ndebug = 0\nstrip = true\n"]);
        assert!(findings.iter().all(|finding| finding.verdict == Verdict::Note));
        assert!(findings[0].found.contains("no debug information"), "{findings:?}");
        assert!(findings[1].found.contains("strips symbols"), "{findings:?}");
        // As releases usually are.
        let findings = of(&["[profile.release]\ndebug = false\nstrip = \"debuginfo\"\n"]);
        assert_eq!(findings[0].verdict, Verdict::Ok);
    }

    #[test]
    fn a_later_file_wins_and_a_damaged_one_is_left_to_cargo() {
        let abort = "[profile.dev]\npanic = \"abort\"\n";
        let unwind = "[profile.dev]\npanic = \"unwind\"\n";
        assert_eq!(of(&[abort, "= no TOML", unwind])[0].verdict, Verdict::Ok);
        assert_eq!(of(&[unwind, abort])[0].verdict, Verdict::Problem);
        assert_eq!(of(&[])[0].verdict, Verdict::Ok);
    }
}
