//! What makes a new version, and what does not.

use std::io::Write as _;
use std::process::Command;

use crate::fixtures::Directory;
use crate::observer::{Observer, Told, library, place, version, version_with};
use crate::patient_fs as fs;

use super::writers::{WRITERS, run};
#[test]
fn each_kind_of_writer_gives_one_replacement() {
    let directory = Directory::new();
    let path = directory.path().join(library("written"));
    place(version("first"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "first");
    for (writer, write) in WRITERS {
        println!("{writer}");
        let name = format!("by {writer}");
        write(&version(&name), &path);
        observer.expect_renewed(&path, &name);
    }
    observer.expect_nothing(directory.path());
}

#[test]
fn a_linker_that_writes_in_place_gives_one_load() {
    let directory = Directory::new();
    let observer = Observer::of(directory.path());
    let path = directory.compile("linked", &["COUNTER", "NAME=\"linked\""], "");
    observer.expect_loaded(&path, "linked");
    run(Command::new("strip").args(["--strip-all", path.to_str().unwrap()]));
    observer.expect_replaced(&path, "linked");
    observer.expect_nothing(directory.path());
}

#[test]
fn a_library_that_is_being_written_is_no_error_and_delays_no_other() {
    let directory = Directory::new();
    let observer = Observer::of(directory.path());
    let path = directory.path().join(library("slow"));
    let content = fs::read(version("slow")).unwrap();
    let mut file = fs::create(&path).unwrap();
    file.write_all(&content[..content.len() / 2]).unwrap();
    observer.expect_nothing(directory.path());
    file.write_all(&content[content.len() / 2..]).unwrap();
    observer.expect_nothing(directory.path());
    drop(file);
    observer.expect_loaded(&path, "slow");
}

#[test]
fn an_identical_rebuild_and_a_touch_are_no_new_version() {
    let directory = Directory::new();
    let path = directory.path().join(library("same"));
    place(version("same"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "same");
    place(version("same"), &path);
    run(Command::new("touch").arg(&path));
    run(Command::new("chmod").arg("a+x").arg(&path));
    observer.expect_nothing(directory.path());
}

#[test]
fn a_broken_build_changes_nothing_and_the_next_good_one_is_loaded() {
    let directory = Directory::new();
    let path = directory.path().join(library("broken"));
    place(version("good"), &path);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "good");
    let broken: &[(&str, &[&str])] = &[
        ("no metadata", &["NO_METADATA"]),
        ("abi", &["ABI=2"]),
        ("null", &["NULL_MAKER"]),
        ("vtable", &["VTABLE_ABI=2"]),
    ];
    let stages = ["check", "admit", "make", "make"];
    for ((name, macros), stage) in broken.iter().zip(stages) {
        place(version_with(name, macros), &path);
        let failed = format!("failed to {stage}; the version that was loaded before stays");
        observer.expect_error(&[&failed, path.to_str().unwrap()]);
        observer.expect_nothing(directory.path());
    }
    fs::write(&path, "no library at all").unwrap();
    observer.expect_error(&["is not a dynamic library", "failed to check"]);
    place(version("better"), &path);
    observer.expect_replaced(&path, "better");
    observer.expect_nothing(directory.path());
}

#[test]
fn a_file_that_nobody_can_load_is_told_once_and_again_when_it_changes() {
    let directory = Directory::new();
    let path = directory.path().join(library("hopeless"));
    fs::write(&path, "hopeless").unwrap();
    let observer = Observer::of(directory.path());
    observer.expect_error(&["is not a dynamic library", "failed to check)"]);
    run(Command::new("chmod").arg("a+x").arg(&path));
    // It is waited for twice: until it is quiet, and until it is tried again.
    observer.expect_nothing(directory.path());
    observer.expect_nothing(directory.path());
    fs::write(&path, "as hopeless as ever").unwrap();
    observer.expect_error(&["is not a dynamic library"]);
    fs::remove_file(&path).unwrap();
    observer.expect_nothing(directory.path());
}

#[test]
fn what_can_be_made_is_loaded_and_the_rest_told() {
    let directory = Directory::of(&["faulty"]);
    let path = directory.library("faulty");
    let observer = Observer::of(directory.path());
    observer.expect_error(&["boom in the constructor", "failed to make)"]);
    observer.expect_error(&["the constructor of Refuses failed"]);
    let Told::Loaded(_, names) = observer.next() else { panic!("expected what can be made") };
    assert_eq!(names, ["DropsBadly", "Fine", "GreetsBadly"]);
    // It has none of these, and nothing that fails: that is its author's word.
    place(version("instead"), &path);
    observer.expect_loaded(&path, "instead");
    observer.expect_error(&["boom in the drop"]);
    assert_eq!(observer.next(), Told::Unloaded(path, Some(3)));
}

#[test]
fn a_version_of_which_less_can_be_made_replaces_nothing() {
    let directory = Directory::new();
    let path = directory.path().join(library("lesser"));
    let two = ["COUNTER", "ARRAY", "LISTS_TWO"];
    place(version_with("old", &two), &path);
    let observer = Observer::of(directory.path());
    let names = |name: &str| vec![name.to_owned(), name.to_owned()];
    assert_eq!(observer.next(), Told::Loaded(vec![path.clone()], names("old")));
    place(version_with("lesser", &[&two[..], &["SECOND=&dropped"]].concat()), &path);
    observer.expect_error(&["has the instance of an earlier one", "loaded before stays"]);
    place(version_with("new", &two), &path);
    assert_eq!(observer.next(), Told::Loaded(vec![path.clone()], names("new")));
    assert_eq!(observer.next(), Told::Unloaded(path, Some(2)));
}
