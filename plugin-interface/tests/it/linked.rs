//! Plugins that are linked into this program, beside those of directories. This
//! program links the fixtures `linked-one` and `linked-two`, which have types and
//! interfaces of one name.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;
use std::process::Command;

use linked_two as _;
use plugin_interface::{
    CallError, Greeter, GreeterProxy, LoadError, LoadPolicy, PluginHandle, PluginManager,
    PluginTrait, ProxyError, UnloadOutcome, exported_symbols, get_unmaker_counter, inspect,
    load_greeter_from_lib, unload_greeter,
};

use crate::builds::sources;
use crate::compilers::is_thorough;
use crate::fixtures::{Directory, is_mapped};

/// The plugins of the two packages, among others that this program links.
fn greeters(manager: &mut PluginManager) -> Vec<PluginHandle> {
    let all = manager.load_linked_plugins(PluginTrait::Greeter).unwrap();
    all.into_iter().filter(|handle| package(handle).starts_with("linked-")).collect()
}

/// The dynamic library that the command which built this program made of a crate.
fn library(name: &str) -> PathBuf {
    std::env::current_exe().unwrap().with_file_name(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// A directory with that library.
fn directory_of(name: &str, others: &[&str]) -> Directory {
    let directory = Directory::of(others);
    std::fs::copy(library(name), directory.library(name)).unwrap();
    directory
}

fn package(handle: &PluginHandle) -> &str {
    &handle.metadata().package.name
}

#[test]
fn plugins_of_one_name_are_told_apart_by_their_packages() {
    let mut manager = PluginManager::new();
    let handles = greeters(&mut manager);
    let found: Vec<_> = handles.iter().map(|handle| (package(handle), handle.name())).collect();
    assert_eq!(found, [("linked-one", "English"), ("linked-two", "English")]);
    let greeted: Vec<_> = handles.iter().map(|h| h.as_greeter().unwrap().greet("you")).collect();
    assert_eq!(greeted, ["Good morning, you", "Good morning, you, and welcome"]);
    let [rejected] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(matches!(rejected.error, LoadError::Constructor { .. }), "{rejected}");
    assert!(rejected.to_string().contains("Absent"), "{rejected}");
    assert!(rejected.to_string().contains("not beside true"), "{rejected}");
}

#[test]
fn interfaces_of_one_name_are_told_apart() {
    let mut manager = PluginManager::new();
    let mut one = manager.load_linked::<dyn linked_one::Tool>().unwrap().pop().unwrap();
    let two = manager.load_linked::<dyn linked_two::Tool>().unwrap().pop().unwrap();
    assert_eq!(linked_one::Tool::count(&mut one, "four"), 4);
    assert_eq!(linked_one::Tool::count(&mut one, "six"), 7, "one instance with its state");
    let closure = linked_two::Tool::apply(&two, "a");
    drop(two);
    assert_eq!(closure("b".to_owned()), "ab");
    let [handle] =
        &manager.load_linked_plugins(PluginTrait::of::<dyn linked_one::Tool>()).unwrap()[..]
    else {
        panic!("one plugin")
    };
    let error = handle.proxy::<dyn linked_two::Tool>().unwrap_err();
    assert!(matches!(error, ProxyError::OtherInterface { .. }), "{error}");
    let _first = handle.proxy::<dyn linked_one::Tool>().unwrap();
    let error = handle.proxy::<dyn linked_one::Tool>().unwrap_err();
    assert!(matches!(error, ProxyError::Taken { .. }), "{error}");
}

#[test]
fn metadata_is_that_of_the_file() {
    let [handle, _] = &greeters(&mut PluginManager::new())[..] else { panic!("two plugins") };
    let (mut linked, mut file) =
        (handle.metadata().clone(), inspect(library("linked_one")).unwrap());
    for metadata in [&mut linked, &mut file] {
        metadata
            .registrations
            .sort_by(|a, b| (&a.interface, &a.name).cmp(&(&b.interface, &b.name)));
    }
    assert_eq!(linked, file);
}

#[test]
fn linked_plugins_are_beside_those_of_directories() {
    let directory = directory_of("linked_one", &["healthy"]);
    let mut manager = PluginManager::new();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    let linked = manager.load_linked::<dyn Greeter>().unwrap();
    let greet = |all: &[GreeterProxy]| all.iter().any(|g| g.greet("you") == "Good morning, you");
    assert!(greet(&loaded) && greet(&linked));
    drop(loaded);
    assert!(greet(&linked), "and they do not depend on each other");
    assert_eq!(manager.outcome(directory.library("linked_one")), Some(UnloadOutcome::Unmapped));
}

#[test]
fn a_panic_is_contained() {
    let [handle, _] = &greeters(&mut PluginManager::new())[..] else { panic!("two plugins") };
    let greeter = handle.as_greeter().unwrap();
    let panicked = GreeterProxy::checked(&greeter).greet("").unwrap_err();
    let CallError::Panicked { message, .. } = panicked else { panic!("{panicked}") };
    assert_eq!(message, "nobody to greet");
    assert_eq!(greeter.greet("you"), "Good morning, you");
}

#[test]
fn unloading_destroys_the_instances_and_unmaps_nothing() {
    let program = std::env::current_exe().unwrap();
    let mut manager = PluginManager::new();
    let interface = PluginTrait::of::<dyn linked_one::Tool>();
    let load = |manager: &mut PluginManager| manager.load_linked_plugins(interface).unwrap();
    let [first, second] = [load(&mut manager), load(&mut manager)].map(|mut all| all.remove(0));
    assert_eq!(manager.outcome(&program), None);
    let proxy = first.proxy::<dyn linked_one::Tool>().unwrap();
    assert_eq!(first.close().unwrap(), None, "a proxy has it");
    assert_eq!(manager.unload_by_path(&program).unwrap(), None);
    drop(proxy);
    assert_eq!(second.close().unwrap(), Some(1), "the count of its own load");
    let again = load(&mut manager).remove(0);
    assert_eq!(again.path(), program);
    assert_eq!(again.close().unwrap(), Some(1));
    let outcome = manager.outcome(&program).unwrap();
    assert_eq!(outcome.to_string(), "retained: it is linked into this program");
}

#[test]
fn a_denied_package_is_refused() {
    let mut manager = PluginManager::with_policy(LoadPolicy::new().deny("linked-one"));
    let [handle] = &greeters(&mut manager)[..] else { panic!("one plugin") };
    assert_eq!(package(handle), "linked-two");
    let errors = || manager.rejected().iter().map(|rejected| &rejected.error);
    assert_eq!(errors().filter(|error| matches!(error, LoadError::Denied { .. })).count(), 1);
}

/// A crate that is a library for Rust too exports its entry alone.
#[test]
fn the_dynamic_library_of_such_a_crate_loads_by_every_way() {
    // Another test has the file mapped under its own name.
    let directory = Directory::of(&[]);
    let path = directory.library("every_way");
    std::fs::copy(library("linked_one"), &path).unwrap();
    let names: Vec<_> = exported_symbols(&path).unwrap().into_iter().collect();
    let names: Vec<_> = names.iter().filter(|name| name.starts_with("plugin_")).collect();
    assert_eq!(names, ["plugin_entry_v1"]);
    let mut manager = PluginManager::new();
    for handle in manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap() {
        assert_eq!(handle.close().unwrap(), Some(1));
    }
    let (library, registrations) = load_greeter_from_lib(&path).unwrap();
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(0));
    let error = get_unmaker_counter(&library, "Nobody").unwrap_err();
    assert!(error.contains("plugin_unmaker_counter_Nobody_v1"), "{error}");
    // SAFETY: both are of one load, and nothing of the library is in use.
    #[expect(unsafe_code, reason = "raw registrations are the caller's")]
    unsafe {
        assert_eq!((*registrations).count, 1);
        unload_greeter(library, registrations).unwrap();
    }
    assert!(!is_mapped("every_way"));
}

#[test]
fn a_plugin_that_uses_another_one_offers_the_plugins_of_both() {
    let metadata = inspect(library("linked_two")).unwrap();
    assert_eq!(metadata.package.name, "linked-two");
    assert_eq!(metadata.registrations.len(), 5);
    let directory = directory_of("linked_two", &[]);
    let handles =
        PluginManager::new().load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let mut names: Vec<_> =
        handles.iter().map(|handle| handle.as_greeter().unwrap().name().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["one", "two"]);
    let counts: Vec<_> = handles.into_iter().map(|handle| handle.close().unwrap()).collect();
    assert_eq!(counts, [None, Some(2)]);
}

const LISTED: &str = "\
linked-one: Counting as linked_one::Tool
linked-one: English as plugin_interface::greeter::Greeter
linked-two: Counting as linked_two::Tool
linked-two: English as plugin_interface::greeter::Greeter
one: Good morning, you
two: Good morning, you, and welcome
";

/// In debug builds this program shows it. Here a program that panics otherwise or
/// is optimised as a whole lists its plugins and calls them.
#[test]
fn a_program_has_its_plugins_however_it_is_compiled() {
    if !is_thorough() {
        eprintln!("NOT TESTED with other profiles: PLUGIN_THOROUGH is not set");
        return;
    }
    for (panic, lto) in [("abort", "off"), ("unwind", "fat"), ("abort", "thin")] {
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("linked");
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--manifest-path"])
            .arg(sources().join("linked-host/Cargo.toml"))
            .args(["--config", &format!("profile.dev.panic='{panic}'")])
            .args(["--config", &format!("profile.dev.lto='{lto}'")])
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_BUILD_BUILD_DIR", &target)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "panic {panic}, lto {lto}: {text}");
        assert_eq!(str::from_utf8(&output.stdout), Ok(LISTED), "panic {panic}, lto {lto}");
    }
}
