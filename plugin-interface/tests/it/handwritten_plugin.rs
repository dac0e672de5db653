//! Plugins that no macro wrote: in C, with the least that will do.
#![expect(unsafe_code, reason = "takes raw registrations by hand")]

use plugin_interface::{
    Greeter, LoadError, PluginManager, PluginTrait, ProxyError, get_unmaker_counter,
    load_greeter_from_lib, unload_greeter,
};

use crate::fixtures::{Directory, is_mapped};

/// Compiles the C greeter, loads it, and gives why it was rejected.
fn rejected(macros: &[&str]) -> LoadError {
    let directory = Directory::of(&["healthy"]);
    directory.compile("by_hand", macros, "");
    let mut manager = PluginManager::new();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(loaded.len(), 2, "the good plugins beside it");
    let rejected = manager.rejected();
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert_eq!(rejected[0].path, directory.library("by_hand"));
    // By the way that hands out raw registrations, it is refused too.
    let raw = load_greeter_from_lib(&directory.library("by_hand")).unwrap_err();
    let mut manager = PluginManager::new();
    let error = manager.load_library(directory.library("by_hand")).unwrap_err();
    assert_eq!(raw.to_string(), error.to_string());
    error
}

#[test]
fn a_single_register_function_makes_a_plugin() {
    let directory = Directory::new();
    directory.compile("single", &[], "");
    let handle = PluginManager::new()
        .load_plugins(directory.path(), PluginTrait::Greeter)
        .unwrap()
        .remove(0);
    let greeter = handle.as_greeter().unwrap();
    assert_eq!((greeter.name(), greeter.greet("you").as_str()), ("by hand", "HEY you"));
    drop(greeter);
    assert_eq!(handle.close().unwrap(), Some(1), "as the host counts");
    assert!(!is_mapped("single"));
}

#[test]
fn a_counter_of_its_own_is_believed() {
    let directory = Directory::new();
    directory.compile("counting", &["COUNTER"], "");
    let handle = PluginManager::new()
        .load_plugins(directory.path(), PluginTrait::Greeter)
        .unwrap()
        .remove(0);
    assert_eq!(handle.close().unwrap(), Some(1));
}

#[test]
fn a_single_registration_comes_raw_in_an_array_of_the_host() {
    let directory = Directory::new();
    let path = directory.compile("single_raw", &["COUNTER"], "");
    let (library, array) = load_greeter_from_lib(&path).unwrap();
    // SAFETY: the array lives until the library is unloaded.
    let content = unsafe { &*array };
    assert_eq!(content.count, 1);
    assert!(content.factories.is_null(), "owned by the host");
    assert_eq!(get_unmaker_counter(&library, "Greeter"), Ok(0));
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert!(!is_mapped("single_raw"));
}

#[test]
fn an_array_written_by_hand_is_given_back_as_one() {
    let directory = Directory::new();
    directory.compile("array", &["ARRAY", "COUNTER"], "");
    let mut handles =
        PluginManager::new().load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    assert_eq!(handles.len(), 2);
    let last = handles.pop().unwrap();
    drop(handles);
    assert_eq!(last.as_greeter().unwrap().greet("x"), "HEY x");
    assert_eq!(last.close().unwrap(), Some(2));
    assert!(!is_mapped("array"));
}

#[test]
fn an_array_written_by_hand_comes_raw_and_is_given_back() {
    let directory = Directory::new();
    let path = directory.compile("array_raw", &["ARRAY", "COUNTER"], "");
    let (library, array) = load_greeter_from_lib(&path).unwrap();
    // SAFETY: the array lives until the library is unloaded.
    assert_eq!(unsafe { (*array).count }, 2);
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(library, array) }.unwrap();
    assert!(!is_mapped("array_raw"));
}

#[test]
fn an_array_that_names_one_instance_twice_is_refused() {
    let directory = Directory::new();
    directory.compile("twice", &["ARRAY", "SECOND=&dropped"], "");
    let mut manager = PluginManager::new();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(loaded.len(), 1);
    let text = manager.rejected()[0].error.to_string();
    assert!(text.contains("number 1 has the instance of an earlier one"), "{text}");
}

#[test]
fn a_vtable_of_another_length_gives_no_proxy() {
    let directory = Directory::new();
    directory.compile("short", &["METHODS=1"], "");
    let handles =
        PluginManager::new().load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let mut manager = PluginManager::new();
    assert!(manager.load::<dyn Greeter>(directory.path()).unwrap().is_empty());
    let text = manager.rejected()[0].to_string();
    assert!(text.contains("expected a vtable of 2 methods, found 1"), "{text}");
    assert_eq!(
        handles[0].proxy::<dyn Greeter>().unwrap_err(),
        ProxyError::VTable { name: "Greeter".to_owned(), expected: 2, found: 1 }
    );
}

#[test]
fn text_that_is_not_utf8_is_refused_when_it_crosses() {
    let directory = Directory::new();
    directory.compile("latin1", &["NAME=\"caf\\xe9\""], "");
    let greeter = PluginManager::new().load::<dyn Greeter>(directory.path()).unwrap().remove(0);
    let panicked = std::panic::catch_unwind(|| greeter.name().len()).unwrap_err();
    assert_eq!(
        *panicked.downcast::<String>().unwrap(),
        "Greeter::name: the plugin returned an invalid value: \
         text must be UTF-8, found a bad byte at 3"
    );
    assert_eq!(greeter.greet("all the same"), "HEY all the same");
}

#[test]
fn another_abi_version_is_named() {
    let text = rejected(&["ABI=2"]).to_string();
    assert!(text.contains("expected ABI version 1, found 2"), "{text}");
}

#[test]
fn another_abi_version_in_the_vtable_alone_is_named() {
    let text = rejected(&["VTABLE_ABI=7"]).to_string();
    assert!(text.contains("expected a vtable of ABI version 1, found 7"), "{text}");
}

#[test]
fn a_registration_without_a_vtable_is_refused() {
    let text = rejected(&["NULL_VTABLE"]).to_string();
    assert!(text.contains("its vtable is null"), "{text}");
}

#[test]
fn a_vtable_of_another_interface_is_refused() {
    let text = rejected(&["VTABLE_FINGERPRINT={0x123}"]).to_string();
    assert!(text.contains("found 0x00000000000000000000000000000123"), "{text}");
}

#[test]
fn a_maker_that_returns_null_is_named() {
    let error = rejected(&["NULL_MAKER"]);
    assert!(
        matches!(&error, LoadError::MakerReturnedNull { symbol, .. }
            if symbol == "plugin_register_Greeter_v1"),
        "{error}"
    );
}

#[test]
fn metadata_that_promises_what_the_symbols_lack_is_refused() {
    let error = rejected(&["NO_EXPORT"]);
    assert!(
        matches!(&error, LoadError::MissingSymbol { symbol, .. }
            if symbol == "plugin_register_Greeter_v1"),
        "{error}"
    );
}
