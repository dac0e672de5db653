//! A host that declares the system's allocator, as some plugins do.

use std::path::Path;
use std::process::Command;

use fixture_interface::everything::{Everything, PathBuf};
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

/// Whether what `pass` gives back lies where it lay before: nobody copied it.
fn stays<T>(value: T, address: fn(&T) -> *const u8, pass: impl FnOnce(T) -> T) -> bool {
    let before = address(&value);
    address(&pass(value)) == before
}

#[test]
fn plain_data_keeps_its_place_there_and_back() {
    let library = build("shared_malloc");
    let handles = PluginManager::new().load_library(library).unwrap();
    let mirror = handles.iter().find_map(|handle| handle.proxy::<dyn Everything>().ok()).unwrap();
    assert!(stays(Box::new(7), |b| (&raw const **b).cast(), |b| mirror.boxed(b)));
    assert!(stays(Box::from([1, 2]), |b| b.as_ptr().cast(), |b| mirror.boxed_slice(b)));
    assert!(stays("text".into(), |b| b.as_ptr(), |b| mirror.boxed_str(b)));
    assert!(stays(vec![[1; 3]; 9], |v| v.as_ptr().cast(), |v| mirror.plain_vector(v)));
    assert!(stays([1, 2].into(), |q| q.as_slices().0.as_ptr().cast(), |q| mirror.queue(q)));
    let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().as_ptr();
    assert!(stays(PathBuf::from("a/b"), bytes, |path| mirror.path(path)));
    // In others it does not: they are made anew.
    fixture_interface::everything::reflect(&mirror);
}
