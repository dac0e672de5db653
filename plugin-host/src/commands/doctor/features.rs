//! Features that depend on what else is built.
//!
//! Cargo builds a package once with the features that all packages of a command
//! ask for. So `cargo build --workspace` and `cargo build -p plugin` may build a
//! plugin from different code, and each replaces the library of the other.

use std::collections::BTreeMap;
use std::process::Command;

use super::finding::Finding;
use super::project::Project;

const CHECK: &str = "features";

/// A plugin whose dependencies have other features in a build of the workspace.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    plugin: String,
    /// The packages that differ, each with its features alone and in the workspace.
    packages: Vec<(String, String, String)>,
}

/// Returns the plugins whose dependencies differ, or why cargo cannot tell.
pub(super) fn differences(project: &Project) -> Result<Vec<Difference>, String> {
    let plugins = || project.packages.iter().filter(|it| it.has_cdylib && it.is_ours);
    if plugins().next().is_none() || project.packages.len() == 1 {
        return Ok(Vec::new());
    }
    let workspace = tree(project, &["--workspace"])?;
    let compare = |name: &String| {
        let alone = tree(project, &["--package", name])?;
        Ok(Difference { plugin: name.clone(), packages: compare(&alone, &workspace) })
    };
    let compared: Result<Vec<_>, String> = plugins().map(|it| compare(&it.name)).collect();
    Ok(compared?.into_iter().filter(|it| !it.packages.is_empty()).collect())
}

/// Asks cargo for the features of each package that a build compiles. Writes no
/// lock file, and uses no network.
fn tree(project: &Project, of: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let mut tree = Command::new(crate::cargo::program());
    tree.args(["tree", "--frozen", "--edges=normal,no-proc-macro", "--prefix=none"]);
    tree.arg("--format={p}\t{f}").args(of).current_dir(&project.root);
    let output = tree.output().map_err(|error| format!("cargo does not run: {error}"))?;
    match output.status.success() {
        true => Ok(parse(&String::from_utf8_lossy(&output.stdout))),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn parse(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    let line = |(package, features): (&str, &str)| {
        // Cargo marks what it listed before.
        let features = features.trim_end_matches("(*)").trim();
        (package.to_owned(), features.replace(',', ", "))
    };
    lines.map(line).collect()
}

fn compare(
    alone: &BTreeMap<String, String>,
    workspace: &BTreeMap<String, String>,
) -> Vec<(String, String, String)> {
    let pairs = alone.iter().filter_map(|(name, alone)| Some((name, alone, workspace.get(name)?)));
    let differing = pairs.filter(|(_, alone, workspace)| alone != workspace);
    let name = |package: &str| package.split(' ').next().unwrap_or(package).to_owned();
    differing.map(|(package, a, w)| (name(package), a.clone(), w.clone())).collect()
}

pub(super) fn judge(found: &Result<Vec<Difference>, String>) -> Vec<Finding> {
    match found {
        Err(why) => {
            let first = why.lines().next().unwrap_or("cargo tree failed");
            vec![Finding::note(CHECK, format!("cannot compare: {first}"), "cargo fetch")]
        }
        Ok(plugins) if plugins.is_empty() => {
            vec![Finding::ok(CHECK, "the same for a plugin alone and for the workspace")]
        }
        Ok(plugins) => plugins.iter().map(note).collect(),
    }
}

fn note(found: &Difference) -> Finding {
    let plugin = &found.plugin;
    let or_none = |features: &str| match features {
        "" => "no features".to_owned(),
        features => format!("`{features}`"),
    };
    let (package, alone, workspace) = &found.packages[0];
    let more = match found.packages.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let text = format!(
        "{plugin} is built with {package} with {} alone, and with {} in a build of the \
         workspace{more}: each build replaces the library of the other",
        or_none(alone),
        or_none(workspace)
    );
    Finding::note(CHECK, text, format!("cargo build --package {plugin}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn packages_with_other_features_are_found() {
        let alone = parse("shout v0.1.0 (/a)\t\nserde v1.0.2\tstd\nlog v0.4.1\t\n");
        let workspace = parse(
            "app v0.1.0 (/b)\t\nserde v1.0.2\tderive,std\nlog v0.4.1\t (*)\nmio v1.0.0\tnet\n",
        );
        let packages = compare(&alone, &workspace);
        assert_eq!(packages, [("serde".to_owned(), "std".to_owned(), "derive, std".to_owned())]);
        let findings = judge(&Ok(vec![Difference { plugin: "shout".to_owned(), packages }]));
        assert_eq!(findings[0].verdict, Verdict::Note);
        assert!(findings[0].found.contains("serde with `std` alone, and with `derive, std` in"));
        assert_eq!(findings[0].cure.as_deref(), Some("cargo build --package shout"));
    }

    #[test]
    fn equal_features_are_well_and_an_error_of_cargo_is_noted() {
        assert_eq!(judge(&Ok(Vec::new()))[0].verdict, Verdict::Ok);
        let findings = judge(&Err("error: no network\nmore".to_owned()));
        assert_eq!(findings[0].found, "cannot compare: error: no network");
    }
}
