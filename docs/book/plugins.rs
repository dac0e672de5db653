//! Plugins for the examples that load one.

use std::env::consts::{DLL_EXTENSION, DLL_PREFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the greeter of `example-plugins/greeter-c` into `directory`, and
/// lets it have this name and say this word. A second call replaces the file as
/// a linker does: by a complete one.
///
/// # Panics
///
/// If there is no `gcc`.
pub fn greeter(directory: &Path, name: &str, word: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../example-plugins/greeter-c");
    let source = fs::read_to_string(folder.join("greeter.c")).unwrap();
    let source = source.replace("\"latin\"", &format!("{name:?}")).replace("Salve", word);
    let unfinished = directory.join("unfinished.c");
    fs::write(&unfinished, source).unwrap();
    let path = directory.join(format!("{DLL_PREFIX}greeter.{DLL_EXTENSION}"));
    let complete = path.with_extension("complete");
    let status = Command::new("gcc")
        .args(["-shared", "-fPIC", "-I"])
        .arg(folder)
        .arg("-o")
        .args([&complete, &unfinished])
        .status();
    assert!(status.expect("the examples need gcc").success());
    fs::remove_file(unfinished).unwrap();
    fs::rename(complete, &path).unwrap();
    path
}
