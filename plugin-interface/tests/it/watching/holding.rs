//! What the manager holds, hands out and gives back.

use plugin_interface::{Greeter, PluginManager, PluginTrait, WatchEvent, WatchOptions};

use crate::fixtures::{Directory, is_mapped, mapped};
use crate::observer::{Observer, Told, library, place, version};
use crate::patient_fs as fs;
#[test]
fn files_are_only_told_of_where_nothing_is_to_be_loaded() {
    let directory = Directory::new();
    let path = directory.path().join(library("told"));
    place(version("first"), &path);
    let options = WatchOptions { auto_load: false, ..Default::default() };
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    let told = || Told::Loaded(vec![path.clone()], Vec::new());
    assert_eq!(observer.next(), told());
    place(version("second"), &path);
    assert_eq!(observer.next(), told());
}

#[test]
fn what_is_not_to_be_unloaded_stays_as_long_as_the_manager() {
    let directory = Directory::new();
    let path = directory.path().join(library("staying"));
    place(version("first"), &path);
    let options = WatchOptions { auto_unload: false, ..Default::default() };
    let observer = Observer::with(directory.path(), options, PluginManager::new);
    observer.expect_loaded(&path, "first");
    place(version("second"), &path);
    observer.expect_loaded(&path, "second");
    fs::remove_file(&path).unwrap();
    let next = directory.path().join(library("next"));
    place(version("next"), &next);
    observer.expect_loaded(&next, "next");
    assert!(is_mapped("staying"));
    drop(observer);
    assert!(!is_mapped("staying"));
}

#[test]
fn the_counter_is_known_only_when_nobody_holds_a_handle() {
    let directory = Directory::new();
    let path = directory.path().join(library("kept"));
    place(version("kept"), &path);
    let mut manager = PluginManager::new();
    let mut kept = Vec::new();
    let mut unloaded = Vec::new();
    let (options, greeter) = (WatchOptions::default(), PluginTrait::Greeter);
    manager.watch_and_load_blocking(directory.path(), greeter, options, |event| {
        match event {
            WatchEvent::Handles(handles, paths) => {
                assert_eq!(paths, [path.as_path()]);
                let next = if kept.is_empty() { "next" } else { "last" };
                let _ = handles[0].as_greeter().unwrap().greet("x");
                // The first is kept, the second is not.
                kept.extend(handles.into_iter().filter(|_| next == "next"));
                if unloaded.is_empty() {
                    place(version(next), &path);
                }
            }
            WatchEvent::Unloaded { path: of, counter } => {
                assert_eq!(of, path);
                unloaded.push(counter);
            }
            other => panic!("{other:?}"),
        }
        unloaded.len() < 2
    });
    assert_eq!(unloaded, [None, Some(1)]);
    assert_eq!(kept.pop().unwrap().close().unwrap(), Some(1));
    // The last is the manager's, until it is asked for.
    assert_eq!(manager.unload_by_path(&path).unwrap(), Some(1));
    manager.unload_by_path(&path).unwrap_err();
    assert!(!is_mapped("kept"));
}

#[test]
fn a_second_watch_of_one_manager_gives_what_it_holds() {
    let directory = Directory::new();
    place(version("held"), &directory.path().join(library("held")));
    let mut manager = PluginManager::new();
    for _ in 0..2 {
        let mut names = Vec::new();
        let (options, greeter) = (WatchOptions::default(), PluginTrait::Greeter);
        manager.watch_and_load_blocking(directory.path(), greeter, options, |event| {
            let WatchEvent::Handles(handles, _) = event else { panic!("{event:?}") };
            names.push(handles[0].as_greeter().unwrap().name().trim_end().to_owned());
            false
        });
        assert_eq!(names, ["held"]);
    }
    let held = mapped("held");
    assert_eq!(held.len(), 1, "loaded once: {held:?}");
}

#[test]
fn proxies_are_given_where_asked_for() {
    let directory = Directory::new();
    place(version("typed"), &directory.path().join(library("typed")));
    let options = WatchOptions { emit_proxies: true, ..Default::default() };
    let mut names = Vec::new();
    let greeter = PluginTrait::Greeter;
    PluginManager::new().watch_and_load_blocking(directory.path(), greeter, options, |event| {
        let WatchEvent::Proxies(proxies, paths) = event else { panic!("{event:?}") };
        assert_eq!(paths.len(), 1);
        names.extend(proxies.iter().map(|proxy| proxy.name().trim_end().to_owned()));
        false
    });
    assert_eq!(names, ["typed"]);
}
