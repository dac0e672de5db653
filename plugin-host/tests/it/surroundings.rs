//! What the program meets in the process that starts it: ignored signals, an
//! interrupt, a reader that goes away.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::deadline::{Run, until};
use crate::environment::command;
use crate::header::english;

/// Compiles a library of C.
fn library(directory: &Path, source: &str) -> String {
    let (file, path) = (directory.join("source.c"), directory.join("libplain.so"));
    fs::write(&file, source).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(&path).arg(file);
    assert!(gcc.status().expect("the tests need gcc").success());
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_ignored_sigchld_changes_nothing() {
    let directory = TempDir::new().unwrap();
    fs::copy(english(), directory.path().join("libenglish.so")).unwrap();
    let plain = library(directory.path(), "int foo(void) { return 4; }");
    let calls = [
        vec!["run", directory.path().to_str().unwrap()],
        vec!["call", &plain, "foo() -> int"],
        vec!["watch", "--count=1", "--call=foo() -> int", &plain],
    ];
    for arguments in calls {
        let usual = command(&arguments).run("it ends");
        let mut ignoring = Command::new("sh");
        ignoring.args(["-c", "trap '' CHLD; exec \"$@\"", "sh"]);
        let program = command(&arguments);
        ignoring.arg(program.get_program()).args(program.get_args());
        let ignoring = ignoring.run("it ends");
        assert_eq!(ignoring.stdout, usual.stdout, "{arguments:?}: {ignoring:?}");
        assert_eq!(ignoring.status.code(), usual.status.code(), "{arguments:?}");
    }
}

#[test]
fn an_interrupt_leaves_no_temporary_files() {
    let (directory, temporary) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::copy(english(), directory.path().join("libenglish.so")).unwrap();
    let plain = library(directory.path(), "int sleep(int); int slow(void) { return sleep(60); }");
    let plugins = directory.path().to_str().unwrap();
    let running = [
        (130, vec!["call", &plain, "slow() -> int"]),
        (130, vec!["watch", "--call=slow() -> int", &plain]),
        (0, vec!["watch", "--no-probe", plugins]),
    ];
    for (expected, arguments) in running {
        let mut host = command(&arguments);
        // As a shell does it: the signal goes to the program and its children.
        host.env("TMPDIR", temporary.path()).process_group(0);
        let mut child = host.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let has_copy = || {
            let mut found = walk(temporary.path());
            found.any(|path| path.extension().is_some_and(|extension| extension == "so"))
        };
        until("a library is loaded", has_copy);
        let group = format!("-{}", child.id());
        assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
        until("it ends", || child.try_wait().unwrap().is_some());
        assert_eq!(child.wait().unwrap().code(), Some(expected), "{arguments:?}");
        let left: Vec<_> = walk(temporary.path()).collect();
        assert!(left.is_empty(), "{arguments:?}: {left:?}");
    }
}

/// All files and directories below one.
fn walk(directory: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let mut waiting = vec![directory.to_owned()];
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        for entry in next.read_dir().into_iter().flatten().flatten() {
            waiting.push(entry.path());
            found.push(entry.path());
        }
    }
    found.into_iter()
}

#[test]
fn a_child_that_is_killed_leaves_no_temporary_files() {
    let (directory, temporary) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let plain = library(
        directory.path(),
        "int sleep(int); int slow(void) { return sleep(60); } int die(void) { __builtin_trap(); }",
    );
    for (function, expected) in [("slow() -> int", 6), ("die() -> int", 5)] {
        let mut host = command(&["call", "--timeout=0.5", &plain, function]);
        let ended = host.env("TMPDIR", temporary.path()).run("it ends");
        assert_eq!(ended.status.code(), Some(expected), "{ended:?}");
        assert_eq!(walk(temporary.path()).count(), 0, "{function}");
    }
}

#[test]
fn a_library_that_prints_after_its_reader_has_gone_is_no_failure() {
    let directory = TempDir::new().unwrap();
    let (source, path) = (directory.path().join("talk.rs"), directory.path().join("libtalk.so"));
    let talk = "#[unsafe(no_mangle)] pub extern \"C\" fn talk() { for _ in 0..99999 { println!(\"..\") } }";
    fs::write(&source, talk).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=cdylib", "-o"]).arg(&path).arg(source);
    assert!(rustc.status().unwrap().success());
    let mut host = command(&["call", path.to_str().unwrap(), "talk() -> void"]);
    let mut child = host.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    until("it ends", || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn copies_are_kept_where_they_are_asked_for() {
    let (directory, kept) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let plain = library(directory.path(), "int foo(void) { return 4; }");
    let option = format!("--keep-copies={}", kept.path().display());
    let ended = command(&["call", &option, &plain, "foo() -> int"]).run("it ends");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let names = walk(kept.path()).filter(|path| path.is_file());
    let names: Vec<_> = names.map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["0-libplain.so"]);
}
