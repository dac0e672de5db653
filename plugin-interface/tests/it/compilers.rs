//! The fixtures of other compilers than the one that builds the tests.

use std::path::Path;
use std::process::Command;

use crate::builds::{Built, build, is_soak};

/// `PLUGIN_THOROUGH=1` runs what takes minutes to build, as `.ci/run` does.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("PLUGIN_THOROUGH").is_some_and(|value| value == "1") || is_soak()
}

/// Some fixtures as another compiler builds them, which lays out the fields of
/// all that is not `repr(C)` at random.
pub(crate) fn shuffled(fixtures: &[&str], more: &[&str]) -> Option<Built> {
    let other = "nightly";
    if !has_toolchain(other) {
        eprintln!("NOT TESTED against another compiler: no toolchain `{other}` is installed");
        return None;
    }
    let before = ["+nightly", "--config", "build.rustflags = ['-Zrandomize-layout']"];
    let packages: Vec<_> = fixtures.iter().flat_map(|name| ["--package", name]).collect();
    let after = [&packages, more].concat();
    Some(build("fixtures-shuffled", "build", &before, &after))
}

fn has_toolchain(name: &str) -> bool {
    Command::new("cargo")
        .arg(format!("+{name}"))
        .arg("--version")
        .env_remove("RUSTUP_TOOLCHAIN")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The compiler that a library names in its comment section.
pub(crate) fn version(library: &Path) -> String {
    let bytes = std::fs::read(library).unwrap();
    let needle = b"rustc version ";
    let at = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    let text = &bytes[at..];
    let end = text.iter().position(|&byte| byte == 0).unwrap();
    String::from_utf8(text[..end].to_vec()).unwrap()
}
