//! The crates, as they would be published.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::deadline::Run;
use crate::environment::{Directory, root};
use crate::new::{new, target};

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

/// Runs cargo in a folder, with the packed crates in place of the published ones.
fn cargo(folder: &Path, packed: &Path, arguments: &str) -> String {
    let mut command = Command::new(env!("CARGO"));
    for name in CRATES {
        let path = packed.join(format!("{name}-{}", env!("CARGO_PKG_VERSION")));
        command.arg("--config").arg(format!("patch.crates-io.{name}.path={path:?}"));
    }
    command.arg("--config").arg(root().join(".cargo/config.toml"));
    command.args(arguments.split(' ')).current_dir(folder).env("CARGO_TARGET_DIR", target());
    let output = command.run("cargo ends");
    assert!(output.status.success(), "{arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Packs all crates and unpacks them in a folder.
fn pack(folder: &Path) {
    let mut command = Command::new(env!("CARGO"));
    command.args(["package", "--quiet", "--offline", "--allow-dirty", "--no-verify"]);
    command.args(CRATES.map(|name| format!("--package={name}")));
    let output = command.arg("--target-dir").arg(folder).current_dir(root()).run("cargo ends");
    assert!(output.status.success(), "{output:?}");
    for name in CRATES {
        let file = format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION"));
        let mut command = Command::new("tar");
        let output = command.arg("-xzf").arg(folder.join(file)).current_dir(folder).run("tar ends");
        assert!(output.status.success(), "{output:?}");
    }
}

/// `PLUGIN_THOROUGH=1` builds from the packed crates, outside of this repository.
#[test]
fn a_plugin_and_a_host_and_the_program_build_from_the_packed_crates() {
    if std::env::var_os("PLUGIN_THOROUGH").is_none_or(|value| value != "1") {
        eprintln!("NOT TESTED with the packed crates: PLUGIN_THOROUGH is not set");
        return;
    }
    let folder = Directory::new();
    let packed = folder.path().join("packed");
    fs::create_dir(&packed).unwrap();
    pack(&packed);
    for name in CRATES {
        let own = packed.join(format!("{name}-{}", env!("CARGO_PKG_VERSION")));
        for file in ["README.md", "LICENSE", "Cargo.toml"] {
            assert!(
                fs::metadata(own.join(file)).is_ok_and(|file| file.len() > 0),
                "{name}: {file}"
            );
        }
    }
    let version = format!("version={}", env!("CARGO_PKG_VERSION"));
    let created = new(folder.path(), &["packed-app", "--framework", &version]);
    assert_eq!(created.code, 0, "{created:?}");
    let app = folder.path().join("packed-app");
    fs::copy(root().join("Cargo.lock"), app.join("Cargo.lock")).unwrap();
    cargo(&app, &packed, "build --workspace --offline");
    assert_eq!(cargo(&app, &packed, "run --quiet --offline"), "shout: HELLO!\n");
    let program = packed.join(format!("plugin-host-{}", env!("CARGO_PKG_VERSION")));
    cargo(&program, &packed, "build --quiet --offline");
}

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
