//! A host and a plugin whose allocators know their own memory: each frees what
//! it allocated, all of it, once.

use std::path::Path;
use std::process::Command;

use fixture_interface::Allocations;
use fixture_interface::everything::{Everything, reflect};
use plugin_interface::PluginManager;
use tagging::Tagging;

#[global_allocator]
static ALLOCATOR: Tagging = Tagging::new();

/// Builds the plugin into the target directory that the other tests use.
fn build() -> std::path::PathBuf {
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
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target.join("debug").join(format!("{prefix}tagged{suffix}"))
}

// Without a harness, which would allocate meanwhile.
fn main() {
    let handles = PluginManager::new().load_library(build()).unwrap();
    let mirror = handles.iter().find_map(|handle| handle.proxy::<dyn Everything>().ok()).unwrap();
    let plugin = handles.iter().find_map(|handle| handle.proxy::<dyn Allocations>().ok()).unwrap();
    // What is made once, such as a thread's hash keys.
    reflect(&mirror);
    let before = (ALLOCATOR.live(), plugin.live());
    assert!(before.0 > 0 && before.1 > 0, "both count");
    for _ in 0..50 {
        reflect(&mirror);
    }
    assert_eq!((ALLOCATOR.live(), plugin.live()), before);
    // What a plugin gave away is the host's, and is counted there.
    let kept = mirror.deep(None).is_none().then(|| mirror.names_array(["a".into(), "b".into()]));
    assert_eq!((ALLOCATOR.live(), plugin.live()), (before.0 + 2, before.1));
    drop(kept);
}
