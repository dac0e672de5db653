//! A host that declares the system's allocator, as some plugins do.
#![expect(unsafe_code, reason = "takes values over by hand")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;

use fixture_interface::everything::{Everything, reflect};
use plugin_interface::boundary::Origin;
use plugin_interface::{FfiSafe, Greeter, PluginManager};

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
    let greeter = handles.iter().find_map(|handle| handle.as_greeter()).unwrap();
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

/// Whether a value keeps its place on the way: a copy is made before the
/// original is freed.
fn stays<T: FfiSafe<At<'static> = T>>(value: T, address: fn(&T) -> *const u8) -> bool {
    let before = address(&value);
    // SAFETY: lowered just here, and nothing is borrowed.
    let arrived = unsafe { T::lift(value.lower(), Origin::Rust) }.unwrap();
    address(&arrived) == before
}

#[test]
fn plain_data_keeps_its_place_where_both_sides_share_malloc() {
    let handles = PluginManager::new().load_library(build("shared_malloc")).unwrap();
    assert!(stays::<Box<u64>>(Box::new(7), |boxed| (&raw const **boxed).cast()));
    assert!(stays::<Box<[i32]>>(Box::new([1, 2]), |slice| slice.as_ptr().cast()));
    assert!(stays::<Box<str>>("text".into(), |text| text.as_ptr()));
    assert!(stays::<Vec<[u8; 3]>>(vec![[1; 3]; 9], |vector| vector.as_ptr().cast()));
    assert!(stays::<VecDeque<u8>>([1, 2].into(), |queue| queue.as_slices().0.as_ptr()));
    assert!(stays::<PathBuf>("a/b".into(), |path| path.as_os_str().as_encoded_bytes().as_ptr()));
    let mirror = handles.iter().find_map(|handle| handle.proxy::<dyn Everything>().ok()).unwrap();
    reflect(&mirror);
}
