//! The `Debug` forms of what a host holds: names, and nothing left out.

use std::fmt::Debug;

use fixture_interface::objects::{Factory, FactoryProxy};
use fixture_interface::{Echo, EchoProxy};
use plugin_interface::{
    Greeter, GreeterProxy, InterfaceChange, Live, LoadPolicy, PluginManager, PluginTrait,
};

use crate::fixtures::{Directory, fixture};

/// Checks that a `Debug` form has these parts, and leaves nothing out.
#[track_caller]
fn prints(value: &dyn Debug, parts: &[&str]) {
    let text = format!("{value:?}");
    // An address; the name of a temporary directory may have any letters.
    let has_address = [" 0x", "(0x", "[0x"].iter().any(|begin| text.contains(begin));
    assert!(!text.contains("..") && !has_address, "{text}");
    for part in parts {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[test]
fn a_manager_its_handles_and_its_proxies_print_their_names() {
    let directory = Directory::of(&["healthy"]);
    std::fs::write(directory.library("broken"), "no library").unwrap();
    let path = directory.library("healthy");
    let path = path.to_str().unwrap();
    let mut manager = PluginManager::with_policy(LoadPolicy::new().deny("last-year"));
    let handles = manager.load_plugins(directory.path(), PluginTrait::of::<dyn Echo>()).unwrap();
    let name = handles[0].name();
    let proxy: EchoProxy = handles[0].proxy::<dyn Echo>().unwrap();
    let plugin = format!("name: {name:?}, interface: \"fixture_interface::Echo\", path: {path:?}");
    prints(&handles[0], &["PluginHandle", &plugin]);
    prints(&proxy, &["EchoProxy", &plugin]);
    prints(&EchoProxy::checked(&proxy), &["EchoChecked", &plugin]);
    let real = path.rsplit(std::path::MAIN_SEPARATOR).next().unwrap();
    prints(&manager, &["PluginManager", real, "is not a dynamic library", "{\"last-year\"}"]);
    assert!(format!("{manager:?}").len() < 800, "{manager:?}");
}

#[test]
fn objects_print_their_interface() {
    let directory = Directory::of(&["objects"]);
    let factory: FactoryProxy =
        PluginManager::new().load::<dyn Factory>(directory.path()).unwrap().remove(0);
    prints(&factory, &["FactoryProxy", "libobjects"]);
}

#[test]
fn a_live_plugin_prints_its_file_and_its_version() {
    let directory = Directory::new();
    let path = directory.compile("greeter", &[], "");
    let live = Live::<dyn Greeter>::open(&path).unwrap();
    let file = &path.to_str().unwrap().escape_debug().to_string();
    prints(&live, &["Live", "Greeter", file, "generation: 1"]);
    prints(&live.get(), &["LiveGuard", "generation: 1", "Greeter", file]);
    prints(&live.events(), &["Events", "Loaded", "Open: ", "lost: 0"]);
    let event = live.events().try_next().unwrap().to_string();
    assert!(event.starts_with("version 1 was loaded (") && event.contains("open "), "{event}");
    let greeter: &GreeterProxy = &live.get();
    prints(greeter, &["GreeterProxy", file]);
}

#[test]
fn a_difference_prints_its_versions() {
    let metadata = plugin_interface::inspect(fixture("strict")).unwrap();
    let interface = &metadata.interfaces[0];
    let change = InterfaceChange::between(interface, interface);
    prints(&change, &["InterfaceChange", &interface.path, "bump: Nothing"]);
    assert!(format!("{change:?}").len() < 300, "{change:?}");
}

#[cfg(feature = "hot-library")]
#[test]
fn a_plain_library_prints_its_file_and_its_functions() {
    use plugin_interface::HotLibrary;

    let directory = Directory::new();
    let path = directory.compile_sources("foo", &[], &[], &[&foo(&directory)]);
    let library = HotLibrary::open(&path, &["foo", "bar"]).unwrap();
    let file = &path.to_str().unwrap().escape_debug().to_string();
    prints(&library, &["HotLibrary", file, "generation: 1", "[\"foo\"]"]);
    let function = library.function::<unsafe extern "C" fn() -> i32>("foo").unwrap();
    prints(&function, &["HotFunction", "foo"]);
    prints(&function.get().unwrap(), &["FunctionGuard", "generation: 1", "foo"]);
    #[cfg(feature = "watch")]
    prints(&library.watch(), &["HotWatch", file]);
}

#[cfg(feature = "hot-library")]
fn foo(directory: &Directory) -> std::path::PathBuf {
    let source = directory.path().join("foo.c");
    std::fs::write(&source, "int foo(void) { return 4; }").unwrap();
    source
}
