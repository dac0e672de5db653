//! What is not a plugin, or not a good one: named, and no danger to others.

use std::path::Path;
use std::process::Command;

use fixture_interface::Tally;
use plugin_interface::{Greeter, InspectError, LoadError, PluginManager, PluginTrait, inspect};

use crate::fixtures::{Directory, fixture};

/// Why files of a directory are rejected, in which good ones are, too.
fn scan(directory: &Directory) -> Vec<LoadError> {
    directory.add("healthy", "a_good_one");
    let mut manager = PluginManager::new();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(loaded.len(), 2, "the good ones");
    for greeter in &loaded {
        assert!(greeter.greet("x").ends_with('x'));
    }
    let rejected = manager.take_rejected();
    assert!(rejected.is_sorted_by_key(|rejected| rejected.path.clone()));
    assert!(manager.rejected().is_empty(), "they were taken");
    rejected.into_iter().map(|rejected| rejected.error).collect()
}

/// The one file that is rejected.
fn only(directory: &Directory) -> LoadError {
    let mut rejected = scan(directory);
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    rejected.remove(0)
}

#[test]
fn a_missing_directory_is_an_error_with_its_path() {
    let missing = Directory::new().path().join("missing");
    let error = PluginManager::new().load::<dyn Greeter>(&missing).unwrap_err();
    assert!(matches!(&error, LoadError::DirectoryMissing { path } if *path == missing));
    assert!(error.to_string().contains(missing.to_str().unwrap()));
}

// Wine has an error of its own for it.
#[cfg(unix)]
#[test]
fn a_file_instead_of_a_directory_is_an_error_with_its_path() {
    let error = PluginManager::new().load::<dyn Greeter>(fixture("healthy")).unwrap_err();
    assert!(matches!(&error, LoadError::NotADirectory { path } if path == fixture("healthy")));
}

#[test]
fn a_text_file_with_the_suffix_of_a_library_is_no_library() {
    let directory = Directory::new();
    directory.write("text", b"hello");
    assert!(matches!(only(&directory), LoadError::Inspect(InspectError::NotALibrary { .. })));
}

#[test]
fn an_empty_file_is_no_library() {
    let directory = Directory::new();
    directory.write("empty", b"");
    assert!(matches!(only(&directory), LoadError::Inspect(InspectError::NotALibrary { .. })));
}

// It is one of Linux.
#[cfg(unix)]
#[test]
fn a_system_library_is_no_plugin() {
    let directory = Directory::new();
    std::fs::copy(system_library(), directory.library("system")).unwrap();
    let error = only(&directory);
    assert!(matches!(error, LoadError::Inspect(InspectError::NotAPlugin { .. })), "{error}");
}

/// The C library that this very process runs on.
#[cfg(unix)]
fn system_library() -> String {
    let maps = crate::fixtures::maps();
    let line = maps.lines().find(|line| line.contains("libc.so")).unwrap();
    line.split_whitespace().last().unwrap().to_owned()
}

// The places to cut are those of ELF.
#[cfg(unix)]
#[test]
fn a_truncated_library_is_rejected_before_dlopen() {
    let whole = std::fs::read(fixture("healthy")).unwrap();
    let directory = Directory::new();
    for (i, cut) in (0..40).map(|i| (i, whole.len() * i / 40)) {
        directory.write(&format!("cut{i:02}"), &whole[..cut]);
    }
    let rejected = scan(&directory);
    assert_eq!(rejected.len(), 40);
    for error in rejected {
        assert!(
            matches!(
                error,
                LoadError::Inspect(InspectError::Damaged { .. } | InspectError::NotALibrary { .. })
            ),
            "{error}"
        );
    }
}

#[test]
fn a_library_with_damaged_metadata_is_rejected() {
    let mut bytes = std::fs::read(fixture("healthy")).unwrap();
    let head = b"PLUGIN\0\x01\x03\0\0\0";
    let found = |(at, window): (usize, &[u8])| (window == head).then_some(at);
    let records: Vec<_> = bytes.windows(head.len()).enumerate().filter_map(found).collect();
    // The lengths of the records of registrations, wherever they are kept.
    for at in records {
        bytes[at + 12..at + 16].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    let directory = Directory::new();
    directory.write("damaged", &bytes);
    let error = only(&directory);
    assert!(matches!(error, LoadError::Inspect(InspectError::Metadata { .. })), "{error}");
}

// The bytes that say so are those of ELF.
#[cfg(unix)]
#[test]
fn a_library_for_another_machine_is_named() {
    let mut bytes = std::fs::read(fixture("healthy")).unwrap();
    // The machine in the header of an ELF file.
    bytes[18..20].copy_from_slice(&[0xf3, 0]);
    let directory = Directory::new();
    let path = directory.write("foreign", &bytes);
    let error = only(&directory);
    assert!(error.to_string().contains("is a library for Linux on riscv64"), "{error}");
    assert_eq!(inspect(path).unwrap().package.name, "healthy", "it may be inspected");
}

#[test]
fn a_program_and_an_object_file_are_no_libraries() {
    let directory = Directory::new();
    let (program, object) = (directory.library("program"), directory.library("object"));
    let source = directory.path().join("main.c");
    std::fs::write(&source, "int main(void) { return 0; }").unwrap();
    for (arguments, output) in [(&["-no-pie"][..], program), (&["-c"][..], object)] {
        let status =
            Command::new("gcc").args(arguments).arg("-o").arg(output).arg(&source).status();
        assert!(status.unwrap().success());
    }
    let texts: Vec<_> = scan(&directory).iter().map(|error| error.to_string()).collect();
    assert!(texts[0].contains("it is an object file"), "{texts:?}");
    assert!(texts[1].contains("it is a program"), "{texts:?}");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let directory = Directory::new();
    std::fs::create_dir(directory.library("directory")).unwrap();
    let fifo = directory.library("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert!(matches!(inspect(&fifo), Err(InspectError::NotALibrary { .. })));
    let _socket = std::os::unix::net::UnixListener::bind(directory.library("socket")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", directory.library("dangling")).unwrap();
    let texts: Vec<_> = scan(&directory).iter().map(|error| error.to_string()).collect();
    let [dangling, folder, fifo, socket] = &texts[..] else { panic!("{texts:?}") };
    assert!(dangling.contains("is a link to /nowhere/at/all, which cannot be"), "{dangling}");
    assert!(folder.contains("found a directory"), "{folder}");
    assert!(fifo.contains("found a named pipe"), "{fifo}");
    assert!(socket.contains("found a socket"), "{socket}");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_wherever_it_leads_and_its_target_is_judged() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    let store = Directory::of(&["faulty"]);
    let directory = Directory::new();
    let [inside, open] = [directory.path().join("versions"), store.path().join("open")];
    std::fs::create_dir(&inside).unwrap();
    std::fs::create_dir(&open).unwrap();
    std::fs::copy(fixture("strict"), inside.join("strict-1.so")).unwrap();
    std::fs::copy(fixture("healthy"), open.join("healthy-1.so")).unwrap();
    set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    symlink("versions/strict-1.so", directory.library("strict")).unwrap();
    symlink(store.library("faulty"), directory.library("stored")).unwrap();
    symlink(open.join("healthy-1.so"), directory.library("open")).unwrap();
    symlink(directory.library("loop"), directory.library("loop")).unwrap();
    let mut manager = PluginManager::new();
    let loaded = manager.load_all(directory.path()).unwrap();
    for name in ["strict", "stored"] {
        let path = directory.library(name);
        assert!(loaded.iter().any(|handle| handle.path() == path), "{name}: {loaded:?}");
    }
    // The others are of the library that is stored.
    let [looped, refused, ..] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(matches!(looped.error, LoadError::LinkBroken { .. }), "{looped}");
    let LoadError::WorldWritable { path, culprit } = &refused.error else { panic!("{refused}") };
    assert_eq!((path, culprit), (&directory.library("open"), &open));
    let text = refused.error.to_string();
    let begin = format!("{} can be written by everybody, so ", open.display());
    assert!(text.starts_with(&begin), "{text}");
    assert!(text.contains(&format!("chmod o-w {}", open.display())), "{text}");
}

#[test]
fn the_same_library_under_a_second_name_is_a_duplicate() {
    let directory = Directory::of(&["healthy"]);
    let error = only(&directory);
    let LoadError::Duplicate { path, of } = &error else { panic!("{error}") };
    assert_eq!((path, of), (&directory.library("healthy"), &directory.library("a_good_one")));
}

#[test]
fn a_plugin_for_another_interface_says_what_it_offers() {
    let directory = Directory::of(&["strict"]);
    let text = only(&directory).to_string();
    assert!(
        text.ends_with(
            "has no plugin for plugin_interface::greeter::Greeter; it offers strict::Strict"
        ),
        "{text}"
    );
}

#[test]
fn another_shape_of_the_interface_is_shown_method_by_method() {
    let directory = Directory::of(&["fixture_interface", "healthy"]);
    let mut manager = PluginManager::new();
    let loaded = manager.load_plugins(directory.path(), PluginTrait::of::<dyn Tally>()).unwrap();
    assert_eq!(loaded.len(), 1);
    let text = manager.rejected()[0].error.to_string();
    let path = directory.library("fixture_interface");
    assert_eq!(
        text,
        format!(
            "{}: the interface fixture_interface::Tally is not the same in host (version 1.0) and plugin (version 2.0)\n  method add:\n    host   fn add(&mut self, value: u64) -> u64\n    plugin fn add(&mut self, value: u32) -> u64\n  build both against one major version of the crate that defines the interface",
            path.display()
        )
    );
}

// The linker of MinGW refuses to make one.
#[cfg(unix)]
#[test]
fn a_library_with_an_unresolved_symbol_is_refused_when_it_is_opened() {
    let directory = Directory::new();
    directory.compile("unresolved", &["malloc=no_such_function"], "");
    let error = only(&directory);
    let LoadError::Open { path, source } = &error else { panic!("{error}") };
    assert_eq!(path, &directory.library("unresolved"));
    assert!(format!("{source:?}").contains("no_such_function"), "{source:?}");
    assert!(error.to_string().contains("in no library that it links"), "{error}");
    let text = format!("{error:?}");
    assert!(text.ends_with(": undefined symbol: no_such_function"), "{text}");
    assert_eq!(text.matches("libunresolved").count(), 1, "{text}");
}

#[test]
fn files_without_the_suffix_are_not_looked_at() {
    let directory = Directory::of(&["healthy"]);
    std::fs::rename(directory.library("healthy"), directory.path().join("healthy.bak")).unwrap();
    std::fs::write(directory.path().join("README"), "no plugin").unwrap();
    let mut manager = PluginManager::new();
    assert!(manager.load::<dyn Greeter>(directory.path()).unwrap().is_empty());
    assert!(manager.rejected().is_empty());
}

#[test]
fn one_library_by_its_path_is_loaded_or_says_why_not() {
    let error = PluginManager::new().load_library("no/such/library.so").unwrap_err();
    let LoadError::Read { path, .. } = error else { panic!("{error}") };
    assert_eq!(path, Path::new("no/such/library.so"));
    assert_eq!(PluginManager::new().load_library(fixture("strict")).unwrap().len(), 1);
}
