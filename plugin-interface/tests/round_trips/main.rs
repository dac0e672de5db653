//! Any value of each type that crosses, there and back in each position, between
//! a host and a plugin whose allocators know their own memory: each frees what
//! it allocated, all of it, once. The same again under valgrind.

mod rounds;
mod values;

use std::path::{Path, PathBuf};
use std::process::Command;

use fixture_interface::everything::Everything;
use plugin_interface::PluginManager;
use tagging::Tagging;

use rounds::Rounds;

#[global_allocator]
static ALLOCATOR: Tagging = Tagging::new();

/// Builds the plugin into the target directory that the other tests use.
fn build() -> PathBuf {
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

/// Passes values of each type to the plugin, and counts.
fn pass(library: &Path, cases: u32, size: usize) {
    let plugins = PluginManager::new().load_library(library).unwrap();
    let rounds = Rounds::new(&plugins, cases, size);
    let live = rounds.live();
    assert!(live.0 > 0 && live.1 > 0, "both count");
    rounds.all();
    // What a plugin gave away is the host's, and is counted there.
    let before = rounds.live();
    let kept = rounds.mirror.names_array(["a".into(), "b".into()]);
    assert_eq!(rounds.live(), (before.0 + 2, before.1));
    drop(kept);
}

// Without a harness, which would allocate meanwhile.
fn main() {
    if let [_, library, cases, size] = &std::env::args().collect::<Vec<_>>()[..] {
        return pass(library.as_ref(), cases.parse().unwrap(), size.parse().unwrap());
    }
    let library = build();
    let is_soak = std::env::var_os("PLUGIN_SOAK").is_some_and(|value| value == "1");
    pass(&library, if is_soak { 1000 } else { 12 }, 10 << 20);
    let status = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9"])
        .arg(std::env::current_exe().unwrap())
        .arg(library)
        .args(if is_soak { ["20", "10485760"] } else { ["0", "100000"] })
        .status()
        .expect("the tests need valgrind");
    assert!(status.success(), "{status}");
}
