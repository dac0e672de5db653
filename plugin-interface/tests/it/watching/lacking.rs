//! Plugins that lack something, which comes later: they are tried again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;

use plugin_interface::{PluginManager, WatchOptions};

use crate::fixtures::Directory;
use crate::observer::{Observer, Told, library};
use crate::patient_fs as fs;

const AGAIN: &str = "tried again in 30 s, and when a file beside it changes";

/// A directory to watch, and one beside it.
fn directories() -> (Directory, PathBuf) {
    let directory = Directory::new();
    let watched = directory.path().join("watched");
    fs::create_dir(&watched).unwrap();
    (directory, watched)
}

/// Places a greeter that needs that file to be made.
fn place_with_licence(
    directory: &Directory,
    watched: &Path,
    name: &str,
    licence: &Path,
) -> PathBuf {
    let needs = format!("LICENCE=\"{}\"", licence.display());
    let built = directory.compile(name, &["COUNTER", &needs], "");
    let path = watched.join(built.file_name().unwrap());
    fs::rename(built, &path).unwrap();
    path
}

#[test]
fn a_plugin_whose_library_comes_later_is_loaded_then() {
    let (directory, watched) = directories();
    let name = library("late_helper");
    let helper = directory.path().join(&name);
    let source = directory.path().join("helper.c");
    fs::write(&source, "const char *text(void) { return \"late\"; }").unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).args([&helper, &source]);
    assert!(gcc.status().expect("the tests need gcc").success());
    let link = [&*format!("-l:{name}"), "-Wl,-rpath,$ORIGIN"];
    let built = directory.compile_with("late", &["COUNTER", "NAMED_BY=text"], "", &link);
    let path = watched.join(built.file_name().unwrap());
    fs::rename(built, &path).unwrap();

    let observer = Observer::of(&watched);
    observer.expect_error(&[&name, AGAIN]);
    fs::rename(&helper, watched.join(&name)).unwrap();
    // It is no plugin itself, which is told before or after.
    let loaded = Told::Loaded(vec![path], vec!["late".to_owned()]);
    let mut told = [observer.next(), observer.next()];
    told.sort_by_key(|told| *told != loaded);
    assert_eq!(told[0], loaded);
    assert!(matches!(&told[1], Told::Error(text) if text.contains("no plugin")), "{told:?}");
}

#[test]
fn a_plugin_whose_licence_comes_later_is_loaded_then() {
    let (directory, watched) = directories();
    let licence = watched.join("licence.txt");
    let path = place_with_licence(&directory, &watched, "licensed", &licence);
    let observer = Observer::of(&watched);
    observer.expect_error(&["liblicensed", "null", AGAIN]);
    // Each failure is told once, however often it is tried.
    fs::write(watched.join("other.txt"), "").unwrap();
    observer.expect_nothing(&watched);
    fs::write(&licence, "granted").unwrap();
    observer.expect_loaded(&path, "by hand");
}

#[test]
fn what_comes_elsewhere_is_found_when_a_retry_is_asked_for() {
    let (directory, watched) = directories();
    let device = directory.path().join("device");
    let path = place_with_licence(&directory, &watched, "attached", &device);
    let (give, handle) = channel();
    let manager = move || {
        let manager = PluginManager::new();
        give.send(manager.retry_handle()).unwrap();
        manager
    };
    let observer = Observer::with(&watched, WatchOptions::default(), manager);
    let handle = handle.recv().unwrap();
    observer.expect_error(&["libattached", "null", AGAIN]);
    handle.retry();
    fs::write(&device, "").unwrap();
    handle.retry();
    observer.expect_loaded(&path, "by hand");
}
