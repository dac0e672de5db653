//! Everything is given back: once, in order, and provably.
#![expect(unsafe_code, reason = "takes raw registrations by hand")]

use std::path::PathBuf;

use fixture_interface::{Echo, Tally};
use plugin_interface::libloading::Library;
use plugin_interface::{
    Greeter, PluginManager, PluginTrait, RegistrationArray, UnloadError, UnloadOutcome,
    get_unmaker_counter, get_unmaker_counter_for, load_greeter_from_lib, unload_greeter,
};

use crate::fixtures::{Directory, is_mapped};

/// A directory with the healthy plugins under a name that no other test uses.
fn directory(name: &str) -> Directory {
    let directory = Directory::new();
    directory.add("healthy", name);
    directory
}

#[test]
fn closing_the_last_handle_gives_the_count_and_unmaps() {
    let directory = directory("closing");
    let handles =
        PluginManager::new().load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert!(is_mapped("closing"));
    let counts: Vec<_> = handles.into_iter().map(|handle| handle.close().unwrap()).collect();
    assert_eq!(counts, [None, Some(2)]);
    assert!(!is_mapped("closing"));
}

#[test]
fn the_count_covers_all_interfaces_of_a_library() {
    let directory = directory("covering");
    let mut handles = PluginManager::new().load_all(directory.path()).unwrap();
    let last = handles.pop().unwrap();
    drop(handles);
    assert_eq!(last.close().unwrap(), Some(8));
}

#[test]
fn a_proxy_keeps_the_library_after_its_handle_and_its_manager() {
    let directory = directory("keeping");
    let proxy = {
        let mut manager = PluginManager::new();
        let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
        let proxy = handles[0].as_greeter().unwrap();
        for handle in handles {
            assert_eq!(handle.close().unwrap(), None);
        }
        proxy
    };
    assert!(is_mapped("keeping"));
    assert_eq!(proxy.greet("still"), "2 still");
    drop(proxy);
    assert!(!is_mapped("keeping"));
}

#[test]
fn what_is_borrowed_from_a_plugin_is_valid_while_its_proxy_lives() {
    let directory = directory("borrowing");
    let echo = PluginManager::new().load::<dyn Echo>(directory.path()).unwrap().remove(0);
    let words = echo.words();
    // The file may go: what is mapped is a copy.
    std::fs::remove_file(directory.library("borrowing")).unwrap();
    assert_eq!(words, ["one", "", "three"]);
    drop(echo);
    assert!(!is_mapped("borrowing"));
}

#[test]
fn unloading_by_path_gives_none_while_a_handle_lives_and_the_count_after() {
    let directory = directory("by_path");
    let path = directory.library("by_path");
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert_eq!(manager.unload_by_path(&path).unwrap(), None, "somebody holds a handle");
    assert!(matches!(manager.unload_by_path(&path), Err(UnloadError::NotLoaded { .. })));
    drop(handles);
    assert!(!is_mapped("by_path"));

    drop(manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap());
    assert_eq!(manager.unload_by_path(&path).unwrap(), Some(2));
    assert!(matches!(manager.unload_by_path(&path), Err(UnloadError::NotLoaded { .. })));
}

#[test]
fn a_path_is_known_by_each_of_its_names() {
    let directory = directory("named");
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert_eq!(manager.outcome(directory.library("named")), None, "it is loaded");
    drop(handles);
    assert_eq!(manager.outcome(directory.library("named")), Some(UnloadOutcome::Unmapped));
    let around = directory.path().join(".").join(directory.library("named").file_name().unwrap());
    assert_eq!(manager.unload_by_path(around).unwrap(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_path_is_known_after_its_file_is_gone_and_its_link_has_moved() {
    let links = Directory::new();
    let store = links.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let [first, next] = ["first", "next"].map(|name| store.join(format!("lib{name}.so")));
    let link = links.library("link");
    let put = |target: &std::path::Path| {
        std::fs::copy(crate::fixtures::fixture("healthy"), target).unwrap();
        std::fs::remove_file(&link).ok();
        std::os::unix::fs::symlink(target, &link).unwrap();
    };
    let mut manager = PluginManager::new();
    put(&first);
    drop(manager.load_plugins(links.path(), PluginTrait::Greeter).unwrap());
    put(&next);
    assert_eq!(manager.outcome(&link), Some(UnloadOutcome::Unmapped));
    assert_eq!(manager.unload_by_path(&link).unwrap(), Some(2), "by the link");

    drop(manager.load_plugins(links.path(), PluginTrait::Greeter).unwrap());
    std::fs::remove_file(&next).unwrap();
    std::fs::remove_file(&link).unwrap();
    let around = store.join(".").join("libnext.so");
    assert_eq!(manager.unload_by_path(&around).unwrap(), Some(2), "by what it referred to");
    assert!(matches!(manager.unload_by_path(&around), Err(UnloadError::NotLoaded { .. })));

    // The directory is a link, and goes with the file.
    let parent = links.path().join("parent");
    std::os::unix::fs::symlink(&store, &parent).unwrap();
    let handles = manager.load_plugins(&parent, PluginTrait::Greeter).unwrap();
    let path = handles[0].path().to_owned();
    drop(handles);
    std::fs::remove_file(first).unwrap();
    std::fs::remove_file(&parent).unwrap();
    assert_eq!(manager.unload_by_path(path).unwrap(), Some(2), "by the path of its handle");
}

#[test]
fn a_library_that_was_closed_can_be_loaded_again() {
    let directory = directory("again");
    let mut manager = PluginManager::new();
    for _ in 0..5 {
        let mut tally = manager.load::<dyn Tally>(directory.path()).unwrap().remove(0);
        assert_eq!(tally.add(1), 1, "with statics of its own");
        drop(tally);
        assert!(!is_mapped("again"));
    }
}

/// The private copies of a library of that name.
fn copies_of(name: &str) -> Vec<PathBuf> {
    let name = format!("-lib{name}.{}", std::env::consts::DLL_EXTENSION);
    let below = |path: PathBuf| path.read_dir().into_iter().flatten().flatten();
    let processes = below(std::env::temp_dir())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("plugin-interface-"));
    let files = processes.flat_map(|process| below(process.path())).map(|file| file.path());
    files.filter(|file| file.to_string_lossy().ends_with(&name)).collect()
}

/// Removes the copies of a library as those do who tidy temporary directories.
fn tidy_away(name: &str) {
    let copies = copies_of(name);
    assert!(!copies.is_empty(), "no copy of {name}");
    copies.into_iter().for_each(|copy| std::fs::remove_file(copy).unwrap());
}

// Windows removes no file that is mapped.
#[cfg(unix)]
#[test]
fn a_tidied_temporary_directory_changes_no_outcome() {
    let directory = directory("tidied");
    let path = directory.library("tidied");
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    tidy_away("tidied");
    drop(handles);
    assert_eq!(manager.outcome(&path), Some(UnloadOutcome::Unmapped));
    assert!(!is_mapped("tidied"));

    let (library, array) = load_greeter_from_lib(&path).unwrap();
    tidy_away("tidied");
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(0));
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert!(!is_mapped("tidied"));
}

#[cfg(feature = "hot-library")]
// Windows removes no file that is mapped.
#[cfg(unix)]
#[test]
fn a_tidied_temporary_directory_changes_no_outcome_of_a_plain_library() {
    let directory = Directory::new();
    let source = directory.path().join("empty.c");
    std::fs::write(&source, "int foo(void) { return 4; }").unwrap();
    for (name, linked, is_unmapped) in [("bare", "-Wall", true), ("stays", "-Wl,-znodelete", false)]
    {
        let path = directory.library(name);
        let mut gcc = std::process::Command::new("gcc");
        gcc.args(["-shared", "-fPIC", linked, "-o"]).arg(&path).arg(&source);
        assert!(gcc.status().unwrap().success());
        let library = plugin_interface::HotLibrary::open(&path, &["foo"]).unwrap();
        tidy_away(name);
        let outcome = library.unload().unwrap();
        assert_eq!(outcome == UnloadOutcome::Unmapped, is_unmapped, "{name}: {outcome}");
        assert_eq!(is_mapped(name), !is_unmapped);
    }
}

#[test]
fn private_copies_are_removed_with_their_library() {
    let directory = directory("copied");
    let copies = || copies_of("copied");
    // It keeps the directory of the copies.
    let mut manager = PluginManager::new();
    let other = Directory::of(&["healthy"]);
    let kept = manager.load_library(other.library("healthy")).unwrap();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert_eq!(copies().len(), 1);
    drop(handles);
    assert_eq!(copies(), Vec::<PathBuf>::new());
    drop((manager, kept));

    let (library, array) = load_greeter_from_lib(&directory.library("copied")).unwrap();
    assert_eq!(copies().len(), 1);
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert_eq!(copies(), Vec::<PathBuf>::new());
}

fn raw(name: &str) -> (Directory, Library, *const RegistrationArray) {
    let directory = directory(name);
    let (library, array) = load_greeter_from_lib(&directory.library(name)).unwrap();
    (directory, library, array)
}

#[test]
fn raw_registrations_are_a_plugin_owned_array_with_a_factory_each() {
    let (_directory, library, array) = raw("raw_array");
    // SAFETY: the array lives until it is unregistered.
    let content = unsafe { &*array };
    assert_eq!(content.count, 2);
    assert!(!content.factories.is_null());
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(0));
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert!(!is_mapped("raw_array"));
}

#[test]
fn the_bulk_unregister_of_a_library_counts_each_registration_once() {
    let (_directory, library, array) = raw("raw_bulk");
    // SAFETY: the symbol is the array's counterpart, called once.
    unsafe {
        let unregister = library
            .get::<unsafe extern "C" fn(*const RegistrationArray)>(
                "plugin_unregister_all_Greeter_v1",
            )
            .unwrap();
        unregister(array);
    }
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(2));
    assert_eq!(get_unmaker_counter_for(&library, PluginTrait::Greeter), Ok(2));
    // SAFETY: no array is left to give back.
    unsafe { unload_greeter(library, std::ptr::null()) }.unwrap();
}

#[test]
fn each_factory_unmakes_what_it_made() {
    let (_directory, library, array) = raw("raw_factories");
    // SAFETY: the array lives, and the makers' own counterparts are called,
    // each once for a registration of its own.
    unsafe {
        let content = &*array;
        for i in 0..content.count {
            let factory = &**content.factories.add(i);
            let registration = (factory.maker())();
            assert!(!registration.is_null());
            (factory.unmaker())(registration);
        }
    }
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(2), "those made here");
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
}

#[test]
fn each_registration_has_symbols_of_its_own() {
    let (_directory, library, array) = raw("raw_symbols");
    for name in ["Twin", "OtherTwin"] {
        // SAFETY: the documented types of these symbols.
        unsafe {
            let make = library
                .get::<extern "C" fn() -> *const std::ffi::c_void>(format!(
                    "plugin_register_Greeter_{name}_v1"
                ))
                .unwrap();
            let unmake = library
                .get::<unsafe extern "C" fn(*const std::ffi::c_void)>(format!(
                    "plugin_unregister_Greeter_{name}_v1"
                ))
                .unwrap();
            unmake(make());
            // Nothing was made, nothing is unmade.
            unmake(std::ptr::null());
        }
    }
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(2));
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
}

#[test]
fn a_counter_is_read_only_where_the_metadata_has_the_interface() {
    let (_directory, library, array) = raw("raw_counter");
    let refused = get_unmaker_counter(&library, "Tail").unwrap_err();
    assert!(refused.contains("does not export plugin_unmaker_counter_Tail_v1"), "{refused}");
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();

    // A library that merely has a symbol of the right name.
    let directory = Directory::new();
    let path = directory.compile("mere_name", &["NO_METADATA", "COUNTER"], "");
    // SAFETY: the library has no constructors.
    let library = unsafe { Library::new(path) }.unwrap();
    let refused = get_unmaker_counter(&library, "Greeter").unwrap_err();
    assert!(refused.contains("no section .plugin"), "{refused}");
    let refused = get_unmaker_counter_for(&library, PluginTrait::Greeter).unwrap_err();
    assert!(refused.contains("no section .plugin"), "{refused}");
}
