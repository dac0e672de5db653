//! The host calls the good plugins of a directory, and names the bad files.
#![cfg(unix)]

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;
use std::process::Command;

#[path = "../../../plugin-interface/tests/it/deadline.rs"]
mod deadline;

use deadline::Run as _;

#[test]
fn it_calls_the_good_plugins_and_names_the_bad_files() {
    let directory = tempfile::TempDir::new().unwrap();
    let library = |name: &str| directory.path().join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../example-plugins/greeter-c");
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(library("good")).arg(source.join("greeter.c"));
    assert!(gcc.run("gcc ends").status.success());
    std::fs::write(library("text"), "text").unwrap();

    let mut host = Command::new(env!("CARGO_BIN_EXE_minimal-host"));
    let output = host.arg(directory.path()).run("the host ends");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "latin: Salve, world!\n");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("not loaded: ") && errors.contains("libtext"), "{errors}");
}
