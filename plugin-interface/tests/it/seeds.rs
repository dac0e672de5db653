//! Code that uses only the names which the project promises to keep.
#![expect(unsafe_code, reason = "takes raw registrations by hand")]

use std::path::Path;

use plugin_interface::libloading::Library;
use plugin_interface::{
    Greeter, PluginManager, PluginTrait, RegistrationArray, get_unmaker_counter,
    get_unmaker_counter_for, load_greeter_from_lib, unload_greeter,
};

use crate::fixtures::Directory;

fn counters(lib: &Library) -> Result<(u64, u64), String> {
    let count = plugin_interface::get_unmaker_counter(lib, "Greeter")?;
    let count2 =
        plugin_interface::get_unmaker_counter_for(lib, plugin_interface::PluginTrait::Greeter)?;
    Ok((count, count2))
}

fn raw(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (lib, registrations): (Library, *const RegistrationArray) = load_greeter_from_lib(path)?;
    // SAFETY: the array is alive until it is unloaded.
    let array = unsafe { &*registrations };
    for i in 0..array.count {
        // SAFETY: `i` is within the count, and a plugin-owned array has
        // factories.
        let (registration, factory) =
            unsafe { (*array.registrations.add(i), *array.factories.add(i)) };
        assert!(!registration.is_null() && !factory.is_null());
    }
    assert_eq!(counters(&lib)?, (0, 0));
    // SAFETY: both are of one load, and nothing of the library is in use.
    unsafe { unload_greeter(lib, registrations)? };
    Ok(())
}

#[test]
fn registrations_are_loaded_counted_and_unloaded() {
    let directory = Directory::of(&["healthy"]);
    raw(&directory.library("healthy")).unwrap();
}

#[test]
fn a_manager_loads_and_unloads_by_the_promised_names() {
    let directory = Directory::of(&["healthy"]);
    let mut mgr = PluginManager::new();
    let handles = mgr.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    for handle in &handles {
        let greeter = handle.as_greeter().unwrap();
        let _: &dyn Greeter = &greeter;
        assert!(!greeter.name().is_empty());
    }
    for handle in handles {
        let _: Option<u64> = handle.close().unwrap();
    }
    // Paths of every kind, and a result that nobody looks at.
    let _ = mgr.load_plugins(std::path::PathBuf::from(directory.path()), PluginTrait::Greeter);
    let _ = mgr.unload_by_path(directory.library("healthy"));
    mgr.unload_by_path(directory.library("healthy")).unwrap_err();
}

#[test]
fn the_trait_id_is_a_value_and_a_pattern() {
    let id = PluginTrait::of::<dyn Greeter>();
    let name = match id {
        PluginTrait::Greeter => "Greeter",
        _ => "another",
    };
    assert_eq!(name, "Greeter");
}

#[test]
fn errors_are_text() {
    let directory = Directory::of(&["strict"]);
    // SAFETY: the fixture has no constructors but those of its registrations.
    let lib = unsafe { Library::new(directory.library("strict")) }.unwrap();
    let text: String = get_unmaker_counter(&lib, "Greeter").unwrap_err();
    assert!(text.contains("plugin_unmaker_counter_Greeter_v1"), "{text}");
    assert_eq!(get_unmaker_counter(&lib, "Strict"), Ok(0));
    assert!(get_unmaker_counter_for(&lib, PluginTrait::Greeter).is_err());
}
