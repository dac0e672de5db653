//! Tests that build the plugin, load it and call it, as the host does.

use std::path::{Path, PathBuf};
use std::process::Command;

use plugin_interface::PluginManager;

use my_app_interface::Tool;

/// Builds the plugin and returns the folder of its library.
///
/// `cargo test` alone builds no plugin, since the host does not depend on one.
fn plugins() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this test");
    // It is `deps/NAME` in the folder of the build profile.
    let folder = program.ancestors().nth(2).expect("the folder of the build");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        None | Some("debug") => "dev",
        Some(profile) => profile,
    };
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "my-app-shout",
            "--profile",
            profile,
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .status()
        .expect("cargo starts");
    assert!(status.success(), "cargo could not build the plugin");
    folder.to_owned()
}

#[test]
fn the_plugin_changes_text() {
    let tools = PluginManager::new()
        .load::<dyn Tool>(plugins())
        .expect("a folder");
    let shout = tools
        .iter()
        .find(|tool| tool.name() == "shout")
        .expect("the plugin");
    assert_eq!(shout.apply("hello"), Ok("HELLO!".to_owned()));
}

#[test]
fn the_plugin_refuses_an_empty_text() {
    let tools = PluginManager::new()
        .load::<dyn Tool>(plugins())
        .expect("a folder");
    let shout = tools
        .iter()
        .find(|tool| tool.name() == "shout")
        .expect("the plugin");
    assert_eq!(
        shout.apply(""),
        Err("expected a text, found an empty one".to_owned())
    );
}
