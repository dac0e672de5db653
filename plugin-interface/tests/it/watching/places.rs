//! Where the files are: directories, links, names.

use std::time::Duration;

use plugin_interface::{PluginManager, WatchOptions};

use crate::deadline::until;
use crate::fixtures::Directory;
use crate::observer::{Observer, Told, library, place, version};
use crate::patient_fs as fs;

use super::writers::WRITERS;
#[test]
fn a_directory_that_vanishes_and_returns_is_watched_again() {
    let parent = Directory::new();
    let directory = parent.path().join("target");
    fs::create_dir(&directory).unwrap();
    let path = directory.join(library("returning"));
    place(version("before"), &path);
    let observer = Observer::of(&directory);
    observer.expect_loaded(&path, "before");
    for name in ["after", "and after"] {
        fs::remove_dir_all(&directory).unwrap();
        let told = [observer.next(), observer.next()];
        let gone = Told::Unloaded(path.clone(), Some(1));
        assert!(told.contains(&gone), "{told:?}");
        let text = format!("no such directory: {}", directory.display());
        let is_error = |told: &Told| matches!(told, Told::Error(found) if found.contains(&text));
        assert!(told.iter().any(is_error), "{told:?}");
        // Its name may be free only when the watch has let go of it.
        until("it can be made again", || fs::create_dir(&directory).is_ok());
        place(version(name), &path);
        observer.expect_loaded(&path, name);
    }
    // Another one in its place, before it is missed or after.
    let other = parent.path().join("other");
    fs::create_dir(&other).unwrap();
    place(version("other"), &other.join(library("returning")));
    fs::rename(&directory, parent.path().join("old")).unwrap();
    fs::rename(&other, &directory).unwrap();
    let (mut loaded, mut unloaded) = (false, false);
    while !loaded || !unloaded {
        match observer.next() {
            Told::Loaded(_, names) => loaded = names == ["other"],
            Told::Unloaded(..) => unloaded = true,
            Told::Error(text) => assert!(text.contains("no such directory"), "{text}"),
        }
    }
    observer.expect_nothing(&directory);
}

#[test]
fn a_file_that_is_renamed_is_loaded_under_its_new_name() {
    let directory = Directory::new();
    let [old, new] = ["old", "new"].map(|name| directory.path().join(library(name)));
    place(version("renamed"), &old);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&old, "renamed");
    fs::rename(&old, &new).unwrap();
    let told = [observer.next(), observer.next()];
    let loaded = Told::Loaded(vec![new], vec!["renamed".to_owned()]);
    assert!(told.contains(&loaded) && told.contains(&Told::Unloaded(old, Some(1))), "{told:?}");
}

#[test]
fn a_second_file_of_one_content_waits_for_the_first_to_go() {
    let directory = Directory::new();
    let [first, second] = ["a", "b"].map(|name| directory.path().join(library(name)));
    place(version("twin"), &first);
    place(version("twin"), &second);
    let observer = Observer::of(directory.path());
    observer.expect_loaded(&first, "twin");
    observer.expect_error(&["is the same library as"]);
    place(version("single"), &first);
    observer.expect_replaced(&first, "single");
    observer.expect_loaded(&second, "twin");
}

#[test]
fn directories_below_are_watched_where_asked_for() {
    let directory = Directory::new();
    let options = WatchOptions { recursive: true, ..Default::default() };
    fs::create_dir(directory.path().join("there")).unwrap();
    let there = directory.path().join("there").join(library("there"));
    place(version("there"), &there);
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    observer.expect_loaded(&there, "there");
    let deep = directory.path().join("new/and/deeper");
    fs::create_dir_all(&deep).unwrap();
    let new = deep.join(library("new"));
    place(version("new"), &new);
    observer.expect_loaded(&new, "new");
    place(version("newer"), &new);
    observer.expect_replaced(&new, "newer");
    fs::remove_dir_all(directory.path().join("there")).unwrap();
    observer.expect_unloaded(&there);
    fs::rename(directory.path().join("new"), directory.path().join("moved")).unwrap();
    let moved = directory.path().join("moved/and/deeper").join(library("new"));
    let told = [observer.next(), observer.next()];
    let loaded = Told::Loaded(vec![moved], vec!["newer".to_owned()]);
    assert!(told.contains(&loaded) && told.contains(&Told::Unloaded(new, Some(1))), "{told:?}");
    observer.expect_nothing(directory.path());
}

#[test]
fn without_events_files_are_compared() {
    let directory = Directory::new();
    let path = directory.path().join(library("polled"));
    place(version("first"), &path);
    let manager = || PluginManager::new().with_polling(Duration::from_millis(20));
    let observer = Observer::with(directory.path(), WatchOptions::default(), manager);
    observer.expect_loaded(&path, "first");
    for (writer, write) in WRITERS {
        let name = format!("by {writer}");
        write(&version(&name), &path);
        observer.expect_renewed(&path, &name);
    }
    observer.expect_nothing(directory.path());
}

#[test]
fn a_missing_directory_is_told_and_waited_for() {
    let parent = Directory::new();
    let directory = parent.path().join("not/yet");
    let observer = Observer::of(&directory);
    observer.expect_error(&["no such directory", directory.to_str().unwrap()]);
    let elsewhere = parent.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    place(version("late"), &elsewhere.join(library("late")));
    fs::create_dir(directory.parent().unwrap()).unwrap();
    fs::rename(elsewhere, &directory).unwrap();
    observer.expect_loaded(&directory.join(library("late")), "late");

    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    Observer::of(&file).expect_error(&["expected a directory, found a file"]);
}
