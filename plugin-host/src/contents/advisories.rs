//! Advisories in the format of `RustSec`: a file of Markdown that begins with TOML.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use auditable_serde::{Package, VersionInfo};
use semver::VersionReq;
use toml_edit::{DocumentMut, Item, TableLike};
use walkdir::WalkDir;

/// A fault of a crate that is known.
pub(crate) struct Advisory {
    id: String,
    package: String,
    title: String,
    /// The versions that do not have the fault.
    safe: Vec<VersionReq>,
}

/// Reads one advisory, or all in a directory and below it, such as a clone of
/// the `RustSec` database.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Advisory>> {
    let mut all = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
        let file = entry.path();
        // The one that is named, or those that are named as advisories are.
        let name = entry.file_name().to_string_lossy();
        let is_advisory = name.ends_with(".md") && name.contains('-') && !name.starts_with('.');
        if entry.file_type().is_file() && (entry.depth() == 0 || is_advisory) {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            all.extend(parse(&text).with_context(|| file.display().to_string())?);
        }
    }
    if all.is_empty() {
        bail!(
            "{} has no advisory: expected files such as crates/NAME/RUSTSEC-2024-0001.md, as RustSec has them",
            path.display()
        );
    }
    Ok(all)
}

/// Parses an advisory. Returns `None` for one that was withdrawn, or that tells of
/// no fault.
fn parse(text: &str) -> anyhow::Result<Option<Advisory>> {
    let front = text.trim_start().strip_prefix("```toml").and_then(|it| it.split_once("\n```"));
    let (front, body) = front.context("expected TOML between ```toml and ``` at its beginning")?;
    let front = front.parse::<DocumentMut>().context("expected TOML")?;
    let advisory = front.get("advisory").and_then(Item::as_table_like);
    let advisory = advisory.context("expected a table [advisory], found none")?;
    if advisory.contains_key("withdrawn") || advisory.contains_key("informational") {
        return Ok(None);
    }
    let versions = front.get("versions").and_then(Item::as_table_like);
    let mut safe = Vec::new();
    for key in ["patched", "unaffected"] {
        safe.extend(requirements(versions, key)?);
    }
    let title = body.lines().find_map(|line| line.strip_prefix("# "));
    Ok(Some(Advisory {
        id: value(advisory, "id")?,
        package: value(advisory, "package")?,
        title: title.unwrap_or("without a title").trim().to_owned(),
        safe,
    }))
}

fn value(table: &dyn TableLike, key: &str) -> anyhow::Result<String> {
    let found = table.get(key).and_then(Item::as_str).map(str::to_owned);
    found.with_context(|| format!("expected a text `{key}` in [advisory], found none"))
}

fn requirements(versions: Option<&dyn TableLike>, key: &str) -> anyhow::Result<Vec<VersionReq>> {
    let Some(found) = versions.and_then(|versions| versions.get(key)) else {
        return Ok(Vec::new());
    };
    let array = found.as_array().with_context(|| format!("expected `{key}` to be an array"))?;
    array
        .iter()
        .map(|value| {
            let text = value.as_str().with_context(|| format!("expected texts in `{key}`"))?;
            VersionReq::parse(text)
                .with_context(|| format!("expected a requirement in `{key}`, found `{text}`"))
        })
        .collect()
}

impl Advisory {
    /// Returns `true` if the crate has the fault.
    fn applies_to(&self, package: &Package) -> bool {
        self.package == package.name && !self.safe.iter().any(|safe| safe.matches(&package.version))
    }
}

/// Describes the faults that are known of the crates in a library, one on each
/// line.
pub(crate) fn found(crates: &VersionInfo, advisories: &[Advisory]) -> Vec<String> {
    let mut found = Vec::new();
    for package in &crates.packages {
        for advisory in advisories.iter().filter(|advisory| advisory.applies_to(package)) {
            let Package { name, version, .. } = package;
            let Advisory { id, title, safe, .. } = advisory;
            let remedy = match &safe[..] {
                [] => "no version is without it".to_owned(),
                safe => {
                    let safe: Vec<_> = safe.iter().map(ToString::to_string).collect();
                    format!("build it with {}", safe.join(" or "))
                }
            };
            found.push(format!("{name} {version}: {id}, {title}; {remedy}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    const GOOD: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"leaky\"\n\n\
        [versions]\npatched = [\">= 1.2.3\"]\nunaffected = [\"< 1.0.0\"]\n```\n\n# It leaks\n";

    fn applies(version: &str) -> bool {
        let json = format!(
            "{{\"packages\":[{{\"name\":\"leaky\",\"version\":\"{version}\",\"source\":\"local\",\"root\":true}}]}}"
        );
        let advisory = parse(GOOD).unwrap().unwrap();
        !found(&VersionInfo::from_str(&json).unwrap(), &[advisory]).is_empty()
    }

    #[test]
    fn a_fault_is_of_the_versions_that_are_neither_patched_nor_unaffected() {
        let all = ["0.9.0", "1.0.0", "1.2.2", "1.2.3", "2.0.0"].map(applies);
        assert_eq!(all, [false, true, true, false, false]);
        assert!(
            parse(&GOOD.replace("package", "withdrawn = \"2024-01-01\"\npackage"))
                .unwrap()
                .is_none()
        );
        assert!(
            parse(&GOOD.replace("package", "informational = \"notice\"\npackage"))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_bad_advisory_says_what_is_wrong() {
        for (from, to, expected) in [
            ("```toml", "", "expected TOML between ```toml and ```"),
            ("[advisory]", "[advice]", "expected a table [advisory]"),
            ("id = ", "ids = ", "expected a text `id` in [advisory]"),
            ("\">= 1.2.3\"", "\"new\"", "expected a requirement in `patched`, found `new`"),
            ("[\">= 1.2.3\"]", "1", "expected `patched` to be an array"),
            ("id = ", "id == ", "expected TOML"),
        ] {
            let Err(error) = parse(&GOOD.replace(from, to)) else { panic!("{to}") };
            assert!(error.to_string().starts_with(expected), "{to}: {error}");
        }
    }
}
