//! The host calls the new version as soon as the file is replaced.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "../../../plugin-interface/tests/it/deadline.rs"]
mod deadline;

use deadline::{Run as _, within};

/// Builds the greeter in C, whose greeting begins with a word.
fn build(word: &str, library: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../example-plugins/greeter-c");
    let greeter = fs::read_to_string(folder.join("greeter.c")).unwrap();
    let source = library.with_extension("c");
    fs::write(&source, greeter.replace("Salve", word)).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-I"]).arg(&folder).arg("-o").arg(library).arg(source);
    assert!(gcc.run("gcc ends").status.success());
}

#[test]
fn it_calls_the_new_version() {
    let directory = tempfile::TempDir::new().unwrap();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let library = directory.path().join("libgreeter_c.so");
    let next = elsewhere.path().join("next.so");
    build("Salve", &library);
    build("Ave", &next);
    let mut host = Command::new(env!("CARGO_BIN_EXE_live-host"))
        .arg(&library)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(within("the first answer", || lines.next()).unwrap(), "Salve, world!");
    fs::copy(next, library.with_extension("tmp")).unwrap();
    fs::rename(library.with_extension("tmp"), &library).unwrap();
    let other = within("another version", || lines.find(|line| line != "Salve, world!"));
    assert_eq!(other.unwrap(), "version 2:");
    assert_eq!(lines.next().unwrap(), "Ave, world!");
    host.kill().unwrap();
    host.wait().unwrap();
}
