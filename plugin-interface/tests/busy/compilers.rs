//! The plugin as other compilers build it, not optimised and optimised.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "for tests there"))]

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plugin_interface::ThreadPool;

use crate::replace_under_load;

/// Runs a test of this program under valgrind, with that library.
pub(crate) fn under_valgrind(library: &Path) {
    let output = Command::new("valgrind")
        .args(["--quiet", "--error-exitcode=9", "--fair-sched=yes"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "a_few_versions_come_and_go"])
        .env("PLUGIN_BUSY", library)
        .output()
        .expect("the tests need valgrind");
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {out}{error}", library.display());
    assert!(out.contains("1 passed"), "{out}");
}

/// Builds the plugin as a crate of its own, which has no features of others.
fn built(name: &str, cargo: &[&str], is_optimised: bool) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("busy").join(name);
    fs::create_dir_all(&folder).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/busy/plugin.rs");
    let manifest = format!(
        "[package]\nname = \"busy\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [lib]\npath = {source:?}\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nlog = \"0.4\"\nplugin-interface = {{ path = {root:?}, \
         default-features = false, features = [\"log\", \"tasks\"] }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let profile: &[&str] = if is_optimised { &["--release"] } else { &[] };
    let output = Command::new("cargo")
        .current_dir(&folder)
        .args(cargo)
        .args(["--config", "profile.dev.debug = 0"])
        .args(["build", "--offline", "--target-dir", "target"])
        .args(profile)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC")
        .env_remove("CARGO")
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let profile = if is_optimised { "release" } else { "debug" };
    folder.join(format!("target/{profile}/{DLL_PREFIX}busy{DLL_SUFFIX}"))
}

/// The other compilers that are there, with the arguments of cargo.
fn others() -> Vec<(&'static str, &'static [&'static str])> {
    let version = |command: &mut Command| {
        let output = command.arg("--version").env_remove("RUSTUP_TOOLCHAIN").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.split(' ').nth(1)?.split('.').nth(1)?.parse::<u32>().ok()
    };
    let mut all: Vec<(_, &'static [_])> = Vec::new();
    match version(Command::new("cargo").arg("+nightly")) {
        Some(_) => all.push((
            "nightly",
            &["+nightly", "--config", "build.rustflags = ['-Zrandomize-layout']"],
        )),
        None => eprintln!("NOT TESTED with nightly: no such toolchain is installed"),
    }
    match version(&mut Command::new("/usr/bin/rustc")) {
        Some(89..) => all.push(("system", &["--config", "build.rustc = '/usr/bin/rustc'"])),
        found => eprintln!("NOT TESTED with the system's compiler: it is {found:?}, not 1.89"),
    }
    all
}

#[test]
fn plugins_of_each_compiler_and_optimisation_come_and_go() {
    if std::env::var_os("PLUGIN_THOROUGH").is_none() && std::env::var_os("PLUGIN_SOAK").is_none() {
        eprintln!("NOT TESTED with other compilers: `PLUGIN_THOROUGH=1` does");
        return;
    }
    for (name, cargo) in others() {
        for is_optimised in [false, true] {
            println!("{name}, optimised: {is_optimised}");
            let library = built(name, cargo, is_optimised);
            replace_under_load(&library, Arc::new(ThreadPool::new(2)), 20);
            #[cfg(target_os = "linux")]
            under_valgrind(&library);
        }
    }
}
