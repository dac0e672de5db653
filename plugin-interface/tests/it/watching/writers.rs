//! The ways in which a new version of a library comes to its place.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::fixtures::Directory;
use crate::patient_fs as fs;

pub(super) fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

pub(super) type Write = fn(&Path, &Path);

/// The ways in which a new version of a library comes to its place.
pub(super) const WRITERS: &[(&str, Write)] = &[
    ("cargo", |from, to| {
        let _ = fs::remove_file(to);
        fs::hard_link(from, to).unwrap();
    }),
    ("cp", |from, to| run(Command::new("cp").args([from, to]))),
    ("in pieces", |from, to| {
        let content = fs::read(from).unwrap();
        let mut file = fs::create(to).unwrap();
        for piece in content.chunks(content.len() / 10) {
            file.write_all(piece).unwrap();
            file.flush().unwrap();
        }
    }),
    ("mv", |from, to| {
        let elsewhere = Directory::new();
        let moved = elsewhere.path().join("moved");
        fs::copy(from, &moved).unwrap();
        fs::rename(moved, to).unwrap();
    }),
    ("beside and rename", |from, to| {
        let beside = to.with_extension("tmp");
        fs::copy(from, &beside).unwrap();
        fs::rename(beside, to).unwrap();
    }),
    ("install", |from, to| run(Command::new("install").args([from, to]))),
    ("remove and create", |from, to| {
        fs::remove_file(to).unwrap();
        fs::copy(from, to).unwrap();
    }),
];
