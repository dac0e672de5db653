//! Finding and loading what is there.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fixture_interface::everything::Everything;
use fixture_interface::{Echo, Tally};
use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::{
    Greeter, InspectError, Interface, LoadError, LoadPolicy, PluginManager, PluginTrait, inspect,
};

use crate::fixtures::{Directory, fixture};

#[test]
fn an_empty_directory_gives_no_plugins_and_no_error() {
    let directory = Directory::new();
    let mut manager = PluginManager::new();
    assert!(manager.load::<dyn Greeter>(directory.path()).unwrap().is_empty());
    assert!(manager.rejected().is_empty());
}

#[test]
fn several_implementations_of_one_library_are_loaded_in_the_order_of_their_names() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let names: Vec<_> = handles.iter().map(|handle| handle.name()).collect();
    assert_eq!(names, ["OtherTwin", "Twin"]);
    let greetings: Vec<_> =
        handles.iter().map(|handle| handle.as_greeter().unwrap().greet("x")).collect();
    assert_eq!(greetings, ["2 x", "1 x"]);
    assert!(manager.rejected().is_empty());
}

#[test]
fn a_load_for_every_interface_makes_every_registration() {
    let directory = Directory::of(&["healthy"]);
    let handles = PluginManager::new().load_all(directory.path()).unwrap();
    let mut made: Vec<_> = handles.iter().map(|h| (h.interface(), h.name())).collect();
    made.sort_unstable();
    assert_eq!(
        made,
        [
            ("fixture_interface::Echo", "Parrot"),
            ("fixture_interface::Local", "Clicks"),
            ("fixture_interface::Movable", "Clicks"),
            ("fixture_interface::Tally", "Sum"),
            ("fixture_interface::derived::Derived", "DerivedMirror"),
            ("fixture_interface::everything::Everything", "Mirror"),
            ("plugin_interface::greeter::Greeter", "OtherTwin"),
            ("plugin_interface::greeter::Greeter", "Twin"),
        ]
    );
}

#[test]
fn a_handle_knows_the_file_as_the_host_found_it_and_so_does_the_constructor() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = PluginManager::new();
    let handle =
        manager.load_plugins(directory.path(), PluginTrait::of::<dyn Echo>()).unwrap().remove(0);
    assert_eq!(handle.path(), directory.library("healthy"));
    assert_eq!(handle.metadata().package.name, "healthy");
    let echo = handle.proxy::<dyn Echo>().unwrap();
    assert_eq!(echo.name(), directory.library("healthy").to_str().unwrap());
}

#[test]
fn two_loads_of_one_file_are_two_libraries_with_instances_of_their_own() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = PluginManager::new();
    let mut first = manager.load::<dyn Tally>(directory.path()).unwrap().remove(0);
    let mut second = manager.load::<dyn Tally>(directory.path()).unwrap().remove(0);
    first.add(5);
    assert_eq!(second.add(1), 1);
}

#[test]
fn a_library_that_was_replaced_on_disk_gives_the_new_code() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = PluginManager::new();
    let old = manager.load::<dyn Greeter>(directory.path()).unwrap();
    // Over the very file, as `cp` does it, while the old one is in use.
    std::fs::write(directory.library("healthy"), std::fs::read(fixture("faulty")).unwrap())
        .unwrap();
    let new = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(old[0].name(), "second");
    assert!(new.iter().any(|greeter| greeter.name() == "Fine"));
}

#[test]
fn inspecting_reads_package_interfaces_and_registrations() {
    let metadata = inspect(fixture("healthy")).unwrap();
    assert_eq!((metadata.package.name.as_str(), metadata.package.abi_version), ("healthy", 1));
    let interfaces: Vec<_> = metadata.interfaces.iter().map(|i| i.name()).collect();
    assert_eq!(
        interfaces,
        ["Echo", "Local", "Movable", "Tally", "Derived", "Everything", "Greeter"]
    );
    let echo = &metadata.interfaces[0];
    assert_eq!(echo.version, "1.2");
    let signature = |name| signature(echo, name);
    assert_eq!(signature("slice"), "fn slice(&self, value: &[u16]) -> Vec<u16>");
    assert_eq!(signature("unit"), "fn unit(&self)");
    assert_eq!(signature("reverse"), "fn reverse(&self, value: &mut [i32])");
    assert_eq!(signature("type"), "fn type(&self) -> u8");
    assert_eq!(
        signature("nested"),
        "fn nested(&self, value: Vec<Option<Result<String, Vec<u8>>>>) \
         -> Vec<Option<Result<String, Vec<u8>>>>"
    );
    assert!(!echo.methods.iter().any(|m| m.name == "windows") || cfg!(windows));
    assert_eq!(metadata.registrations.len(), 8);
}

fn signature<'a>(interface: &'a InterfaceMetadata, method: &str) -> &'a str {
    &interface.methods.iter().find(|m| m.name == method).unwrap().signature
}

#[test]
fn signatures_name_each_type_as_rust_does() {
    let metadata = inspect(fixture("healthy")).unwrap();
    let everything = metadata.interfaces.iter().find(|i| i.name() == "Everything").unwrap();
    for (method, ty) in [
        ("single", "(u8,)"),
        ("quadruple", "(i8, Option<u16>, (), Vec<u8>)"),
        ("matrix", "[[bool; 3]; 2]"),
        ("boxed_slice", "Box<[i32]>"),
        ("boxed_str", "Box<str>"),
        ("duration", "Duration"),
        ("nonzero", "NonZero<u8>"),
        ("range", "Range<i64>"),
        ("hash_map", "HashMap<String, Vec<u16>>"),
        ("hashed", "HashMap<u8, char>"),
        ("error", "Box<dyn Error + Send + Sync>"),
        ("nested", "Vec<Option<(String, Result<Vec<u8>, String>)>>"),
    ] {
        let expected = format!("fn {method}(&self, value: {ty}) -> {ty}");
        assert_eq!(signature(everything, method), expected);
    }
    for expected in [
        "fn borrowed_path(&self, value: &Path) -> PathBuf",
        "fn borrowed_os_str(&self, value: &OsStr) -> OsString",
        "fn cow(&self, value: Cow<str>) -> (bool, String)",
        "fn cow_of_numbers(&self, value: Cow<[u16]>) -> (bool, Vec<u16>)",
        "fn transpose(&self, value: &mut [[f32; 2]; 2])",
        "fn own_words(&self) -> HashMap<&str, &Path>",
    ] {
        assert!(everything.methods.iter().any(|m| m.signature == expected), "{expected}");
    }
    assert!(everything.types.is_empty(), "no struct and no enum");
}

#[test]
fn a_survey_reports_every_file_and_opens_none() {
    let directory = Directory::of(&["healthy"]);
    directory.write("text", b"not a library");
    let surveyed = PluginManager::new().survey(directory.path()).unwrap();
    let [healthy, text] = &surveyed[..] else { panic!("{surveyed:?}") };
    assert_eq!(healthy.result.as_ref().unwrap().package.name, "healthy");
    assert!(text.result.as_ref().unwrap_err().to_string().contains("not a dynamic library"));
}

#[test]
fn a_survey_for_an_interface_refuses_what_a_load_refuses_with_the_same_words() {
    fn compare<I: Interface + ?Sized>(directory: &Directory) -> usize {
        let mut manager = PluginManager::new();
        let handles = manager.load_plugins(directory.path(), PluginTrait::of::<I>()).unwrap();
        let loaded: BTreeSet<_> = handles.iter().map(|handle| handle.path().to_owned()).collect();
        let found = manager.survey_for::<I>(directory.path()).unwrap();
        let (good, bad): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|entry| entry.result.is_ok());
        assert_eq!(good.into_iter().map(|entry| entry.path).collect::<BTreeSet<_>>(), loaded);
        let refused: Vec<_> = bad.iter().map(|it| it.result.as_ref().unwrap_err()).collect();
        let text =
            |errors: &[&LoadError]| errors.iter().map(|it| it.to_string()).collect::<Vec<_>>();
        let rejected: Vec<_> = manager.rejected().iter().map(|it| &it.error).collect();
        assert_eq!(text(&refused), text(&rejected));
        let classes =
            |errors: &[&LoadError]| errors.iter().map(|it| it.class()).collect::<Vec<_>>();
        assert_eq!(classes(&refused), classes(&rejected));
        // A path says less, so it refuses no more.
        let by_path = manager.survey_for_path(directory.path(), PluginTrait::of::<I>().path());
        let by_path = by_path.unwrap().into_iter().filter(|entry| entry.result.is_err()).count();
        assert!(by_path <= refused.len());
        refused.len() - by_path
    }
    let directory = Directory::of(&["fixture_interface", "healthy", "strict"]);
    std::fs::copy(directory.library("healthy"), directory.library("twin")).unwrap();
    directory.write("text", b"not a library");
    assert_eq!(compare::<dyn Greeter>(&directory), 0);
    assert_eq!(compare::<dyn Tally>(&directory), 1, "the one whose methods differ");
    assert_eq!(compare::<dyn Everything>(&directory), 0);
}

#[test]
fn a_stripped_library_is_still_a_plugin() {
    let directory = Directory::of(&["healthy"]);
    let status = std::process::Command::new("strip")
        .arg("--strip-all")
        .arg(directory.library("healthy"))
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(PluginManager::new().load::<dyn Greeter>(directory.path()).unwrap().len(), 2);
}

#[test]
fn a_plugin_under_every_lint_and_without_a_prelude_loads() {
    let directory = Directory::of(&["strict"]);
    let handles = PluginManager::new().load_all(directory.path()).unwrap();
    assert_eq!(handles[0].name(), "Stern");
    assert_eq!(handles[0].interface(), "strict::Strict");
}

#[test]
fn a_plugin_among_names_that_generated_code_might_want_loads() {
    let directory = Directory::of(&["names"]);
    let handles = PluginManager::new().load_all(directory.path()).unwrap();
    let [maker] = &handles[..] else { panic!("{handles:?}") };
    assert_eq!((maker.interface(), maker.name()), ("names::Marker", "Maker"));
}

// Holes are known on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_mostly_holes_costs_what_it_takes_up() {
    let directory = Directory::of(&["healthy"]);
    let long = 100 << 30;
    let file = |name| std::fs::File::options().append(true).create(true).open(name).unwrap();
    // What is not within the headers of a library is none of it.
    file(directory.library("healthy")).set_len(long).unwrap();
    file(directory.library("nothing")).set_len(long).unwrap();
    let begin = Instant::now();
    let mut manager = PluginManager::new();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(loaded.len(), 2, "{:?}", manager.rejected());
    let [nothing] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(nothing.to_string().contains("its header is of no known format"), "{nothing}");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn what_is_large_is_looked_at_before_it_is_copied() {
    let directory = Directory::new();
    let path = directory.library("text");
    let load = |len| {
        std::fs::write(&path, vec![b'x'; len]).unwrap();
        // Is looked up in the copy.
        let policy = LoadPolicy::new().pin_sha256(&"0".repeat(64)).unwrap();
        PluginManager::with_policy(policy).load_library(&path).unwrap_err()
    };
    assert!(matches!(load(1 << 10), LoadError::NotPinned { .. }));
    let refused = load(2 << 20);
    assert!(matches!(refused, LoadError::Inspect(InspectError::NotALibrary { .. })), "{refused}");
}
