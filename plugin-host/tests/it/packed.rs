//! The crates, as they would be published.

use std::fs;
use std::process::Command;

use crate::deadline::Run;
use crate::environment::{Directory, is_thorough, root};
use crate::new::{cargo, new};

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

/// `PLUGIN_THOROUGH=1` packs each crate, which builds it from its packed form, and
/// builds and runs an application with what was packed, in a folder outside.
#[test]
fn an_application_builds_and_runs_with_the_packed_crates_alone() {
    if !is_thorough() {
        eprintln!("NOT TESTED with packed crates: PLUGIN_THOROUGH is not set");
        return;
    }
    // Cargo takes what it has of a version for granted, so nothing is shared with
    // what was packed before.
    let target = Directory::new();
    let target = target.path();
    let mut pack = Command::new(env!("CARGO"));
    pack.args(["package", "--offline", "--allow-dirty", "--quiet"]);
    pack.args(CRATES.map(|name| format!("--package={name}"))).current_dir(root());
    pack.env("CARGO_TARGET_DIR", target).env("CARGO_BUILD_BUILD_DIR", target);
    let output = pack.run("cargo ends");
    assert!(output.status.success(), "{output:?}");

    let folder = Directory::new();
    let version = env!("CARGO_PKG_VERSION");
    let mut patch = "[patch.crates-io]\n".to_owned();
    for name in CRATES {
        let packed = target.join(format!("package/{name}-{version}.crate"));
        let mut tar = Command::new("tar");
        tar.arg("xf").arg(&packed).current_dir(folder.path());
        assert!(tar.run("tar ends").status.success(), "{packed:?}");
        let unpacked = folder.path().join(format!("{name}-{version}"));
        for file in ["README.md", "LICENSE"] {
            assert!(unpacked.join(file).is_file(), "{name}: {file}");
        }
        patch += &format!("{name} = {{ path = {unpacked:?} }}\n");
    }
    let framework = format!("version={version}");
    let created = new(folder.path(), &["my-app", "--framework", &framework]);
    assert_eq!((created.code, created.err.as_str()), (0, ""), "{created:?}");
    let app = folder.path().join("my-app");
    fs::create_dir(app.join(".cargo")).unwrap();
    fs::write(app.join(".cargo/config.toml"), patch).unwrap();
    // The versions that the repository has, since others are not at hand.
    fs::copy(root().join("Cargo.lock"), app.join("Cargo.lock")).unwrap();
    cargo(&app, "build --offline --quiet --workspace");
    assert_eq!(cargo(&app, "run --offline --quiet"), "shout: HELLO!\n");
    let tested = cargo(&app, "test --offline --quiet --workspace");
    assert!(tested.contains("2 passed"), "{tested}");
    let lock = fs::read_to_string(app.join("Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"plugin-interface\""), "{lock}");
    let built = cargo(&app, "tree --offline --prefix=none --package=my-app");
    let from = format!("plugin-interface v{version} ({}", folder.path().display());
    assert!(built.contains(&from), "{built}");
}
