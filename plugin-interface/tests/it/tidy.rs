//! The repository's own rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of `plugin-interface` and its core that may contain unsafe code.
const UNSAFE: &[&str] = &[
    "abi/registration.rs",
    "boundary/array.rs",
    "boundary/boxed.rs",
    "boundary/callee.rs",
    "boundary/collection.rs",
    "boundary/copied.rs",
    "boundary/cow.rs",
    "boundary/definition.rs",
    "boundary/error.rs",
    "boundary/function.rs",
    "boundary/future.rs",
    "boundary/halfway.rs",
    "boundary/invalid.rs",
    "boundary/iterator.rs",
    "boundary/lending.rs",
    "boundary/list.rs",
    "boundary/mod.rs",
    "boundary/object.rs",
    "boundary/option.rs",
    "boundary/order.rs",
    "boundary/path.rs",
    "boundary/phantom.rs",
    "boundary/place.rs",
    "boundary/pointee.rs",
    "boundary/recursion.rs",
    "boundary/reference.rs",
    "boundary/result.rs",
    "boundary/scalar.rs",
    "boundary/slice.rs",
    "boundary/text.rs",
    "boundary/time.rs",
    "boundary/tuple.rs",
    "boundary/waker.rs",
    "host/hot_library/c_function.rs",
    "host/hot_library/dynamic/mod.rs",
    "host/hot_library/function.rs",
    "host/hot_library/version.rs",
    "host/instance.rs",
    "host/keeper.rs",
    "host/library.rs",
    "host/live/barrier.rs",
    "host/live/readers.rs",
    "host/live/swap.rs",
    "host/panics.rs",
    "host/parent.rs",
    "host/raw.rs",
    "host/stages/extents.rs",
    "host/stages/make.rs",
    "host/stages/open.rs",
    "host/stages/settle.rs",
    "host/symbols.rs",
    "host/thread_exits/exits.rs",
    "interface.rs",
    "object/mod.rs",
    "object/remote.rs",
    "reported.rs",
    "runtime/allocator.rs",
    "runtime/call.rs",
    "runtime/context.rs",
    "runtime/entry.rs",
    "runtime/failure.rs",
    "runtime/home.rs",
    "runtime/panic_hook.rs",
    "runtime/register.rs",
    "runtime/state.rs",
    "runtime/thread_exits.rs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files below a directory, outside of build output.
fn files(directory: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in directory.read_dir().unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() && name != "target" && name != ".git" {
            files(&path, extensions, found);
        } else if extensions.iter().any(|extension| name.ends_with(extension)) {
            found.push(path);
        }
    }
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(directory, &[".rs"], &mut found);
    assert!(!found.is_empty());
    found
}

#[test]
fn unsafe_code_is_in_the_files_that_are_listed() {
    let mut found = BTreeSet::new();
    for source in ["plugin-interface/core/src", "plugin-interface/src"] {
        let source = root().join(source);
        for path in sources(&source) {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.lines().any(|line| line.contains("expect(unsafe_code")) {
                found.insert(path.strip_prefix(&source).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let listed: BTreeSet<_> = UNSAFE.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(found, listed);
}

#[test]
fn the_host_program_and_the_examples_have_no_unsafe_code() {
    // Nobody but its user can vouch for what it calls.
    let call = root().join("plugin-host/src/commands/call.rs");
    for directory in ["plugin-host/src", "example-plugins"] {
        for path in sources(&root().join(directory)).into_iter().filter(|path| *path != call) {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let found = line.replace("unsafe_code", "");
                assert!(!found.contains("unsafe"), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn example_plugins_are_short_and_forbid_unsafe_code() {
    for path in sources(&root().join("example-plugins")) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{}", path.display());
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= 60, "{}: {lines} lines", path.display());
    }
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let mut found = Vec::new();
    files(&root(), &[".rs", ".md", ".toml", ".stderr", ".c", ".h", "run"], &mut found);
    // Written apart, so that this file does not contain them.
    let forbidden = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"]].map(|parts| parts.concat());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in &forbidden {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn the_documented_fingerprint_is_that_of_the_greeter() {
    let text = std::fs::read_to_string(root().join("docs/abi.md")).unwrap();
    let fingerprint = plugin_interface::PluginTrait::Greeter.fingerprint();
    assert!(text.contains(&format!("`{fingerprint:#018x}`")), "{fingerprint:#018x}");
}
