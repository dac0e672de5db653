//! Links and names as only Unix has them.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::fixtures::Directory;
use crate::observer::{Observer, library, place, version};

use super::writers::run;

#[test]
fn links_are_followed_when_they_or_what_they_lead_to_change() {
    let (directory, store) = (Directory::new(), Directory::new());
    let below = |name: &str| store.path().join(name);
    for name in ["one", "two"] {
        fs::create_dir(below(name)).unwrap();
        place(version(name), &below(name).join("library"));
    }
    let path = directory.path().join(library("linked"));
    symlink(below("one/library"), &path).unwrap();
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&path, "one");
    run(Command::new("ln").arg("-sfn").args([below("two/library"), path.clone()]));
    observer.expect_replaced(&path, "two");
    // What it leads to, in a directory that is not watched.
    place(version("three"), &below("two/library"));
    observer.expect_replaced(&path, "three");
    // A link on the way.
    symlink("two", below("current")).unwrap();
    run(Command::new("ln").arg("-sfn").args([below("current/library"), path.clone()]));
    observer.expect_nothing(directory.path());
    run(Command::new("ln").args(["-sfn", "one"]).arg(below("current")));
    observer.expect_replaced(&path, "one");
    run(Command::new("ln").args(["-sfn", "nowhere"]).arg(&path));
    observer.expect_error(&["cannot be followed", "failed to discover", "stays"]);
}

#[test]
fn a_directory_that_is_a_link_is_watched_where_it_leads() {
    let parent = Directory::new();
    for name in ["one", "two"] {
        fs::create_dir(parent.path().join(name)).unwrap();
        place(version(name), &parent.path().join(name).join(library("linked")));
    }
    let current = parent.path().join("current");
    symlink("one", &current).unwrap();
    let path = current.join(library("linked"));
    let observer = Observer::of(&current);
    observer.expect_loaded(&path, "one");
    place(version("one more"), &parent.path().join("one").join(library("linked")));
    observer.expect_replaced(&path, "one more");
    run(Command::new("ln").args(["-sfn", "two"]).arg(&current));
    observer.expect_replaced(&path, "two");
}

#[test]
fn names_of_every_kind_are_watched() {
    use std::os::unix::ffi::OsStrExt;
    let parent = Directory::new();
    let directory = parent.path().join(std::ffi::OsStr::from_bytes(b"a b \xff"));
    fs::create_dir(&directory).unwrap();
    let observer = Observer::of(&directory);
    for name in [&b"with spaces.so"[..], b"not \xfe text.so", b"$(ls)'\n.so", b".so.so"] {
        let path = directory.join(std::ffi::OsStr::from_bytes(name));
        place(version("named"), &path);
        observer.expect_loaded(&path, "named");
        place(version("renamed"), &path);
        observer.expect_replaced(&path, "renamed");
        fs::remove_file(&path).unwrap();
        observer.expect_unloaded(&path);
    }
}
