//! The crates whose types `plugin-interface` passes by a feature of their name.

use super::manifest::Needed;

/// Their versions, as `plugin-interface` depends on them.
const CRATES: [(&str, &str); 14] = [
    ("anyhow", "1.0.98"),
    ("arrayvec", "0.7"),
    ("bytes", "1.8"),
    ("chrono", "0.4.38"),
    ("compact_str", "0.9"),
    ("http", "1.1"),
    ("indexmap", "2.2"),
    ("ordered-float", "5.0"),
    ("serde_json", "1.0.100"),
    ("smallvec", "1.13"),
    ("smol_str", "0.3"),
    ("time", "0.3.37"),
    ("url", "2.5"),
    ("uuid", "1.10"),
];

/// Returns the name of the package and the dependency on it, for the name of a crate.
pub(super) fn dependency(name: &str) -> Option<(&'static str, Needed)> {
    let (package, version) = CRATES.iter().find(|(known, _)| known.replace('-', "_") == name)?;
    Some((package, Needed::version(version)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::CRATES;

    #[test]
    fn the_versions_are_those_of_the_framework() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = root.join("../plugin-interface/core/Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let lines = manifest.lines().filter(|line| line.contains(", optional = true }"));
        let with_version = lines.filter(|line| line.contains(" = { version = "));
        let with_version = with_version.map(|line| {
            let (name, rest) = line.split_once(" = { version = \"").unwrap();
            (name, rest.split('"').next().unwrap())
        });
        // A runtime, and what makes an error of `serde_json`: nothing that is passed.
        let expected: Vec<_> =
            with_version.filter(|(name, _)| !["serde_core", "tokio"].contains(name)).collect();
        assert_eq!(CRATES.to_vec(), expected);
    }
}
