//! Round trips of random values of each FFI-safe type, in each position.
//!
//! Host and plugin have allocators that know their own memory. Each must free
//! all of its memory, once. Plugins of several compilers take part, and all
//! runs once more under valgrind.

#[path = "../it/builds.rs"]
mod builds;
mod cases;
#[path = "../it/compilers.rs"]
mod compilers;
mod valgrind;

use std::path::Path;
use std::process::Command;

use fixture_interface::Allocations;
use fixture_interface::everything::Everything;
use plugin_interface::PluginManager;
use rounds::{Rounds, close, proxy};
use tagging::Tagging;

use builds::{Built, build, built, is_soak};
use cases::{cases, under_valgrind};
use compilers::{is_thorough, shuffled, version};

#[global_allocator]
static ALLOCATOR: Tagging = Tagging::new();

/// The plugin that counts as the system's compiler builds it, where there is
/// one beside the toolchains.
fn of_the_system() -> Option<Built> {
    if let Err(found) = system_compiler() {
        eprintln!("NOT TESTED against the system's compiler: {found}");
        return None;
    }
    let before =
        ["--config", "build.rustc = '/usr/bin/rustc'", "--config", "profile.dev.debug = 0"];
    Some(build("fixtures-system", "build", &before, &["-p", "tagged"]))
}

/// Checks that the system has a compiler of its own, such as Debian's
/// `rustc-web`, that is new enough.
fn system_compiler() -> Result<(), String> {
    let output = Command::new("/usr/bin/rustc").arg("--version").output();
    let output = output.map_err(|_| "there is no /usr/bin/rustc".to_owned())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let minor = text.strip_prefix("rustc 1.").and_then(|rest| rest.split('.').next()?.parse().ok());
    match minor {
        Some(89_u32..) => Ok(()),
        _ => Err(format!("expected 1.89 or newer, found {text}")),
    }
}

/// Passes values of each type to the plugin, and counts allocations.
fn pass(library: &Path, cases: u32, size: usize, half: Option<usize>) {
    let mut manager = PluginManager::new();
    let plugins = manager.load_library(library).unwrap();
    let allocations = proxy::<dyn Allocations>(&plugins);
    let live = || (ALLOCATOR.live(), allocations.live());
    // Returned values belong to the host, and are counted there.
    let mirror = proxy::<dyn Everything>(&plugins);
    let before = live();
    let kept = mirror.names_array(["a".into(), "b".into()]);
    assert_eq!(live(), (before.0 + 2, before.1));
    drop(kept);
    Rounds::new(&plugins, cases, size, &live).half(half).all();
    drop((mirror, allocations));
    close(&manager, plugins, library);
}

// There is no harness, since it would allocate meanwhile.
fn main() {
    if let [_, library, cases, size, half] = &std::env::args().collect::<Vec<_>>()[..] {
        let (cases, size) = (cases.parse().unwrap(), size.parse().unwrap());
        return pass(library.as_ref(), cases, size, half.parse().ok());
    }
    let cases = cases();
    let library = &built()["tagged"];
    let valgrind = valgrind::start(library, &under_valgrind("0"));
    pass(library, cases, 10 << 20, None);
    let mut others = Vec::new();
    if is_thorough() {
        others.extend([shuffled(&["tagged"], &[]), of_the_system()]);
    }
    if is_soak() {
        // These take minutes to build.
        let release = ["--package", "tagged", "--release"];
        pass(&build("fixtures", "build", &[], &release)["tagged"], cases, 10 << 20, None);
        others.push(shuffled(&["tagged"], &["--release"]));
    }
    for theirs in others.iter().flatten() {
        assert_ne!(version(&theirs["tagged"]), version(library), "two compilers");
        pass(&theirs["tagged"], cases, 1 << 20, None);
    }
    valgrind.finish();
}
