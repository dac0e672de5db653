//! Libraries in C for the examples that load one.

use std::env::consts::{DLL_EXTENSION, DLL_PREFIX};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the greeter of `example-plugins/greeter-c` into `directory`, and
/// lets it have this name and say this word. A second call replaces the file.
///
/// # Panics
///
/// If there is no `gcc`.
pub fn greeter(directory: &Path, name: &str, word: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../example-plugins/greeter-c");
    let source = fs::read_to_string(folder.join("greeter.c")).unwrap();
    let source = source.replace("\"latin\"", &format!("{name:?}")).replace("Salve", word);
    compile(directory, "greeter", &source, &["-I".as_ref(), folder.as_os_str()])
}

/// Compiles a source of C into `directory`, as `libfoo.so`.
///
/// # Panics
///
/// If there is no `gcc`, or the source is wrong.
pub fn c_library(directory: &Path, source: &str) -> PathBuf {
    compile(directory, "foo", source, &[])
}

/// Replaces the library as a linker does: by a complete one.
fn compile(directory: &Path, name: &str, source: &str, arguments: &[&OsStr]) -> PathBuf {
    let unfinished = directory.join("unfinished.c");
    fs::write(&unfinished, source).unwrap();
    let path = directory.join(format!("{DLL_PREFIX}{name}.{DLL_EXTENSION}"));
    let complete = path.with_extension("complete");
    let status = Command::new("gcc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&complete, &unfinished])
        .args(arguments)
        .status();
    assert!(status.expect("the examples need gcc").success());
    fs::remove_file(unfinished).unwrap();
    fs::rename(complete, &path).unwrap();
    path
}
