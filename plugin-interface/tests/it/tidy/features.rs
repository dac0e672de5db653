//! Items that need a feature say so in their documentation.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;

#[test]
fn each_item_of_a_feature_names_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = read_to_string(root.join("src/lib.rs")).unwrap();
    for (module, feature) in [
        ("watch", "watch"),
        ("hot_library", "hot-library"),
        ("trust", "trust"),
        ("in_flight", "in-flight"),
        ("configuration", "configure"),
        ("process", "process"),
        ("tasks", "tasks"),
    ] {
        let (before, body) = library.split_once(&format!("pub mod {module} {{\n")).unwrap();
        let summary = before.rsplit("\n\n").next().unwrap();
        assert!(summary.contains(&format!("Feature `{feature}`.")), "{summary}");
        let body = body.split("\n}\n").next().unwrap();
        let marks = body.matches("#[doc = \"**Feature").count();
        assert_eq!(marks, body.matches("pub use").count(), "{body}");
    }
    for (file, feature) in [
        ("live/watch.rs", "watch"),
        ("hot_library/watch.rs", "watch"),
        ("manager/watching.rs", "watch"),
        ("hot_library/dynamic/mod.rs", "call-dynamic"),
        ("trust/policy.rs", "trust"),
        ("by_descriptor/proxy.rs", "dynamic"),
        ("manager/isolated.rs", "process"),
        ("process/isolated.rs", "process"),
        ("process/limits.rs", "process"),
        ("process/plugin.rs", "process"),
        ("process/worker.rs", "process"),
        ("process/sandbox/asked.rs", "sandbox"),
        ("process/sandbox/rules.rs", "sandbox"),
        ("process/sandbox/enforced.rs", "sandbox"),
    ] {
        let source = read_to_string(root.join("src/host").join(file)).unwrap();
        let methods = source.matches("\n    pub fn ").count();
        let methods = methods + source.matches("\n    pub unsafe fn ").count();
        let marks = source.matches(&format!("    /// Feature `{feature}`.")).count();
        assert_eq!(marks, methods, "{file}");
    }
}

#[test]
fn documentation_is_built_with_every_feature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = read_to_string(root.join("Cargo.toml")).unwrap();
    let (_, docs) = manifest.split_once("[package.metadata.docs.rs]\n").unwrap();
    assert!(docs.starts_with("all-features = true\n"), "{docs}");
    let readme = read_to_string(root.join("../README.md")).unwrap();
    assert!(readme.contains("cargo doc --package plugin-interface --all-features --open"));
}

/// The crates that a plugin with these features compiles.
fn crates(features: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--package", "plugin-interface", "--no-default-features"]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{lib}", "--no-dedupe"]);
    tree.args(["--features", features]);
    let tree = tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_plugin_without_features_compiles_ten_crates() {
    let expected = [
        "inventory",
        "plugin_annotations",
        "plugin_annotations_backend",
        "plugin_annotations_derive",
        "plugin_interface",
        "plugin_interface_core",
        "proc_macro2",
        "quote",
        "syn",
        "unicode_ident",
    ];
    assert_eq!(crates(""), expected.map(str::to_owned).into());
}

#[test]
fn a_plugin_pays_for_what_it_names() {
    let plain = crates("");
    for (feature, more) in [
        ("log", &["log"][..]),
        ("tasks", &[]),
        ("config", &[]),
        ("tracing", &["once_cell", "pin_project_lite", "tracing", "tracing_core"]),
    ] {
        let all = crates(feature);
        let added: Vec<_> = all.difference(&plain).collect();
        assert_eq!(added, more, "{feature}");
    }
}

#[test]
fn each_feature_for_types_of_a_crate_is_passed_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let features = |path| {
        let manifest = read_to_string(root.join(path)).unwrap();
        let (_, features) = manifest.split_once("[features]\n").unwrap();
        features.split("\n[").next().unwrap().to_owned()
    };
    let (core, here) = (features("core/Cargo.toml"), features("Cargo.toml"));
    for name in core.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        let own = match name {
            // The host's side of these is in this crate.
            "log" => "\"dep:log\", ",
            "tracing" => "\"dep:tracing\", \"dep:tracing-core\", ",
            "in-flight" => "\"manager\", ",
            // The macros have a part of it.
            "config" => "\"plugin-annotations/config\", ",
            "tokio" => "\"tasks\", \"dep:tokio\", \"plugin-annotations/tokio\", ",
            _ => "",
        };
        assert!(
            here.contains(&format!("\n{name} = [{own}\"plugin-interface-core/{name}\"]\n")),
            "{name}"
        );
    }
}
