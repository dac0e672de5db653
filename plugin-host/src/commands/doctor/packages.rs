//! The editions of the packages.

use super::finding::Finding;
use super::project::PackageFacts;

const CHECK: &str = "edition";

/// The edition of a package whose manifest names none.
const UNWRITTEN: &str = "2015";

pub(super) fn judge(packages: &[PackageFacts]) -> Vec<Finding> {
    let ours = || packages.iter().filter(|package| package.is_ours);
    let old: Vec<_> = ours().filter(|package| package.edition == UNWRITTEN).map(note).collect();
    if old.is_empty() && ours().next().is_some() {
        let mut editions: Vec<_> = ours().map(|package| package.edition.as_str()).collect();
        editions.sort_unstable();
        editions.dedup();
        return vec![Finding::ok(CHECK, editions.join(", "))];
    }
    old
}

fn note(package: &PackageFacts) -> Finding {
    let (name, manifest) = (&package.name, package.manifest.display());
    let found = format!(
        "{name} has the edition {UNWRITTEN}, as a manifest without one: names of crates need \
         `extern crate` there, and the examples of the documentation do not compile"
    );
    Finding::note(CHECK, found, format!("write edition = \"2024\" below [package] in {manifest}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_package_without_an_edition_is_noted() {
        let findings = judge(&[
            PackageFacts::example("new", "2024", true),
            PackageFacts::example("old", "2015", true),
        ]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].found.starts_with("old has the edition 2015"));
        assert!(findings[0].cure.as_ref().unwrap().ends_with("in old/Cargo.toml"));
        let findings = judge(&[
            PackageFacts::example("a", "2024", true),
            PackageFacts::example("b", "2021", true),
        ]);
        assert_eq!((findings[0].verdict, &*findings[0].found), (Verdict::Ok, "2021, 2024"));
        // What does not use the framework is not its business.
        assert_eq!(judge(&[PackageFacts::example("other", "2015", false)]), []);
    }
}
