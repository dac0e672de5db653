//! A host that declares the system's allocator, as some plugins do.

use std::path::Path;
use std::process::Command;

use plugin_interface::{Greeter, PluginManager};

plugin_interface::system_allocator!();

/// Builds one fixture into the target directory that the other tests use.
fn build(name: &str) -> std::path::PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status()
        .unwrap();
    assert!(status.success());
    target.join("debug").join(format!(
        "{}{name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// Whether the text that a plugin returned lies where the plugin put it: it
/// says where that is.
fn is_in_place(greeter: &dyn Greeter) -> bool {
    let text = greeter.greet("");
    text == text.as_ptr().addr().to_string()
}

#[test]
fn a_string_crosses_without_a_copy_where_both_sides_share_malloc() {
    let library = build("shared_malloc");
    let handles = PluginManager::new().load_library(library).unwrap();
    let greeter = handles[0].as_greeter().unwrap();
    for _ in 0..100 {
        assert!(is_in_place(&greeter));
    }
    // Ours now: it may grow, and outlives the plugin.
    let mut text = greeter.greet("");
    drop(greeter);
    for handle in handles {
        handle.close().unwrap();
    }
    text.push_str(&"!".repeat(10_000));
    assert!(text.ends_with('!'));
}

#[test]
fn a_plugin_that_declares_nothing_is_copied_from_and_frees_its_own() {
    let library = build("healthy");
    let handles = PluginManager::new().load_library(library).unwrap();
    let greeter = handles.iter().find_map(|handle| handle.as_greeter()).unwrap();
    for _ in 0..1000 {
        assert_eq!(greeter.greet("x").len(), 3);
    }
}
