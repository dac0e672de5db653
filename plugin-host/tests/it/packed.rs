//! The crates, as they would be published.

use std::process::Command;

use crate::deadline::Run;
use crate::environment::root;

/// The crates in the order in which they can be published: each after those that it
/// depends on.
const CRATES: [&str; 7] = [
    "plugin-annotations-backend",
    "plugin-annotations-derive",
    "plugin-annotations",
    "plugin-interface-core",
    "plugin-interface",
    "hot-reload",
    "plugin-host",
];

#[test]
fn each_crate_says_what_a_registry_shows() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let output = command.current_dir(root()).run("cargo ends");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for name in CRATES {
        let package = packages.iter().find(|package| package["name"] == name).expect(name);
        for field in ["description", "license", "readme", "rust_version"] {
            assert!(package[field].is_string(), "{name}: {field}");
        }
        for field in ["keywords", "categories"] {
            let len = package[field].as_array().unwrap().len();
            assert!((1..=5).contains(&len), "{name}: {field}");
        }
        let order = |of: &str| CRATES.iter().position(|known| *known == of);
        for dependency in package["dependencies"].as_array().unwrap() {
            let of = dependency["name"].as_str().unwrap();
            // A dependency of tests alone has no version, so it is left out.
            let counts = dependency["kind"] != "dev" || dependency["req"] != "*";
            if counts && let Some(place) = order(of) {
                assert!(place < order(name).unwrap(), "{name} before {of}");
            }
        }
    }
}
