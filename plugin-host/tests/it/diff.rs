//! `diff`: what changed, whether it is safe, and the exit code.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::environment::{Answer, Directory, plugin_host};

/// A method: its signature, the version that it came with, its fingerprint.
type Method = (&'static str, &'static str, u64);

/// An interface: its path, version and methods.
type Interface<'a> = (&'a str, &'a str, &'a [Method]);

/// Writes a library that says of itself that it has these interfaces.
fn library(directory: &Directory, name: &str, interfaces: &[Interface<'_>]) -> PathBuf {
    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.bytes());
    }
    // A package of no name: ABI version, flags, eight empty texts.
    let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
    section.extend([0; 39]);
    for (path, version, methods) in interfaces {
        let mut record = Vec::new();
        let fingerprint = methods.iter().fold(1u64, |all, (_, _, of)| all * 31 + of);
        record.extend(fingerprint.to_le_bytes());
        text(&mut record, path);
        text(&mut record, version);
        record.extend(3u32.to_le_bytes());
        record.extend((methods.len() as u32).to_le_bytes());
        for (signature, since, fingerprint) in *methods {
            record.extend(fingerprint.to_le_bytes());
            text(&mut record, signature.split(['(', ' ']).nth(1).unwrap());
            text(&mut record, signature);
            text(&mut record, since);
        }
        section.extend(b"PLUGIN\0\x01\x02\0\0\0");
        section.extend((record.len() as u32).to_le_bytes());
        section.extend(record);
    }
    let bytes: Vec<_> = section.iter().map(u8::to_string).collect();
    let source = directory.path().join("source.c");
    let attributes = "__attribute__((section(\".plugin\"), used))";
    let text = format!("{attributes} static const unsigned char r[] = {{ {} }};", bytes.join(","));
    fs::write(&source, text).unwrap();
    let path = directory.library(name);
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).args([&path, &source]);
    assert!(gcc.status().expect("the tests need gcc").success());
    path
}

const NAME: Method = ("fn name(&self) -> &str", "", 11);
const SIZE: Method = ("fn size(&self) -> u32", "1.1", 12);
const TOOL: &str = "tools::Tool";

fn diff(old: &[Interface<'_>], new: &[Interface<'_>], more: &[&str]) -> Answer {
    let directory = Directory::new();
    let old = library(&directory, "old", old);
    let new = library(&directory, "new", new);
    plugin_host(&[&["diff", old.to_str().unwrap(), new.to_str().unwrap()], more].concat())
}

const SAFE: &str = "compatible: what was built before goes on working\n";
const UNSAID: &str =
    "compatible, but not by the version: raise it, and what was built before goes on working\n";
const UNSAFE: &str = "incompatible: some of what was built before is refused\n";

#[test]
fn each_change_has_its_verdict_and_exit_code() {
    let one: &[Method] = &[NAME];
    let grown: &[Method] = &[NAME, SIZE];
    let retyped: &[Method] = &[("fn name(&self) -> String", "", 13)];
    let cases: &[(&[Interface<'_>], i32, String)] = &[
        (&[(TOOL, "1.0", one)], 0, format!("tools::Tool, version 1.0: the same\n{SAFE}")),
        (
            &[(TOOL, "1.1", grown)],
            0,
            format!(
                "tools::Tool, version 1.0 to 1.1: compatible\n  method size:\n    old (none)\n    new fn size(&self) -> u32, since 1.1\n{SAFE}"
            ),
        ),
        (
            &[(TOOL, "1.0", grown)],
            1,
            format!(
                "tools::Tool, version 1.0: compatible\n  method size:\n    old (none)\n    new fn size(&self) -> u32, since 1.1\n  this needs version 1.1 at least\n{UNSAID}"
            ),
        ),
        (
            &[(TOOL, "1.1", retyped)],
            3,
            format!(
                "tools::Tool, version 1.0 to 1.1: incompatible\n  method name:\n    old fn name(&self) -> &str\n    new fn name(&self) -> String\n  this needs version 2.0 at least\n{UNSAFE}"
            ),
        ),
        (
            &[(TOOL, "2.0", one)],
            3,
            format!("tools::Tool, version 1.0 to 2.0: incompatible by its version alone\n{UNSAFE}"),
        ),
        (
            &[("tools::Other", "1.0", one), (TOOL, "1.0", one)],
            0,
            format!("tools::Tool, version 1.0: the same\ntools::Other, new\n{SAFE}"),
        ),
        (
            &[("tools::Other", "1.0", one)],
            3,
            format!(
                "tools::Tool, gone: hosts that want it refuse the library\ntools::Other, new\n{UNSAFE}"
            ),
        ),
    ];
    for (new, code, expected) in cases {
        let answer = diff(&[(TOOL, "1.0", one)], new, &[]);
        assert_eq!((answer.code, &answer.out), (*code, expected), "{answer:?}");
    }
}

#[test]
fn the_same_is_available_as_json() {
    let answer = diff(&[(TOOL, "1.0", &[NAME])], &[(TOOL, "1.1", &[NAME, SIZE])], &["--json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["compatible"], true);
    let interface = &report["interfaces"][0];
    assert_eq!((&interface["path"], &interface["needs"]), (&TOOL.into(), &"minor".into()));
    assert_eq!(interface["changes"].as_array().unwrap().len(), 1);
    let answer = diff(&[(TOOL, "1.0", &[NAME])], &[(TOOL, "1.0", &[SIZE])], &["--json"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let interface = &answer.json()["interfaces"][0];
    assert_eq!((&interface["compatible"], &interface["needs"]), (&false.into(), &"major".into()));
    assert_eq!(interface["missing_version"], "2.0");
}

#[test]
fn a_file_that_is_no_plugin_is_named() {
    let directory = Directory::new();
    let library = library(&directory, "new", &[]);
    for arguments in
        [["Cargo.toml", library.to_str().unwrap()], [library.to_str().unwrap(), "Cargo.toml"]]
    {
        let answer = plugin_host(&["diff", arguments[0], arguments[1]]);
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(answer.err.contains("Cargo.toml is not a dynamic library"), "{answer:?}");
    }
}
