//! The oldest compiler: the one that the manifests name.

use std::fs::read_to_string;

use cargo_metadata::{CargoOpt, MetadataCommand};

use super::root;

#[test]
fn no_dependency_needs_a_newer_compiler_than_the_manifests_name() {
    let mut command = MetadataCommand::new();
    command.cargo_path(env!("CARGO")).manifest_path(root().join("Cargo.toml"));
    let metadata = command.features(CargoOpt::AllFeatures).exec().unwrap();
    let own = metadata.packages.iter().find(|package| package.name == "plugin-interface");
    let oldest = own.unwrap().rust_version.clone().unwrap();
    let needs = |package: &cargo_metadata::Package| {
        let needed = package.rust_version.as_ref().filter(|needed| **needed > oldest)?;
        Some(format!("{} {} needs {needed}", package.name, package.version))
    };
    let newer: Vec<_> = metadata.packages.iter().filter_map(needs).collect();
    assert!(newer.is_empty(), "the oldest compiler is {oldest}: {newer:#?}");
    assert!(metadata.packages.len() > 100, "all features were asked for");

    // A job of the workflow compiles everything with it.
    let workflow = read_to_string(root().join(".github/workflows/ci.yml")).unwrap();
    let oldest = format!("{}.{}", oldest.major, oldest.minor);
    for step in [
        format!("- run: rustup toolchain install {oldest} --profile minimal\n"),
        format!("- run: cargo +{oldest} check --workspace --all-features\n"),
    ] {
        assert!(workflow.contains(&step), "expected {step}");
    }
}
