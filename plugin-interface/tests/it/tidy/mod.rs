//! The repository's own rules.

mod examples;
mod features;
mod imports;
mod oldest_compiler;
mod prose;
mod workflow;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of `plugin-interface` and its core that may contain unsafe code.
const UNSAFE: &[&str] = &[
    "abi/registration.rs",
    "boundary/by_ref.rs",
    "boundary/call_scope.rs",
    "boundary/caller_scope.rs",
    "boundary/copies.rs",
    "boundary/ffi_safe.rs",
    "boundary/growing.rs",
    "boundary/interner.rs",
    "boundary/lift_error.rs",
    "boundary/objects/builtin.rs",
    "boundary/objects/closure.rs",
    "boundary/objects/lending_closure.rs",
    "boundary/objects/dyn_borrow.rs",
    "boundary/objects/dyn_owner.rs",
    "boundary/objects/dyn_trait.rs",
    "boundary/objects/future.rs",
    "boundary/objects/items_of_self.rs",
    "boundary/objects/iterator.rs",
    "boundary/objects/place.rs",
    "boundary/objects/pointee.rs",
    "boundary/objects/remote_waker.rs",
    "boundary/objects/returned_borrow.rs",
    "boundary/objects/slot.rs",
    "boundary/objects/storage.rs",
    "boundary/objects/stream.rs",
    "boundary/objects/waker.rs",
    "boundary/passed.rs",
    "boundary/plain.rs",
    "boundary/recursion.rs",
    "boundary/shape/link.rs",
    "boundary/shape/parameter.rs",
    "boundary/types/address.rs",
    "boundary/types/arguments.rs",
    "boundary/types/array.rs",
    "boundary/types/boxed.rs",
    "boundary/types/by_fields.rs",
    "boundary/types/by_text.rs",
    "boundary/types/c_string.rs",
    "boundary/types/cloned.rs",
    "boundary/types/collection.rs",
    "boundary/types/cow.rs",
    "boundary/types/elements.rs",
    "boundary/types/error.rs",
    "boundary/types/flow.rs",
    "boundary/types/forever.rs",
    "boundary/types/in_out.rs",
    "boundary/types/instant.rs",
    "boundary/types/io_error.rs",
    "boundary/types/net.rs",
    "boundary/types/of_arguments.rs",
    "boundary/types/of_self.rs",
    "boundary/types/option.rs",
    "boundary/types/path.rs",
    "boundary/types/phantom.rs",
    "boundary/types/primitive.rs",
    "boundary/types/process.rs",
    "boundary/types/range.rs",
    "boundary/types/reference.rs",
    "boundary/types/result.rs",
    "boundary/types/shared.rs",
    "boundary/types/slice.rs",
    "boundary/types/slices.rs",
    "boundary/types/std_error.rs",
    "boundary/types/string.rs",
    "boundary/types/time.rs",
    "boundary/types/tuple.rs",
    "boundary/types/vec.rs",
    "boundary/types/wrapping.rs",
    "boundary/unwind_guard.rs",
    "host/by_descriptor/answered.rs",
    "host/by_descriptor/answered_type.rs",
    "host/by_descriptor/call.rs",
    "host/by_descriptor/closure.rs",
    "host/by_descriptor/convention.rs",
    "host/by_descriptor/instance.rs",
    "host/by_descriptor/invoke.rs",
    "host/by_descriptor/memory.rs",
    "host/by_descriptor/owned_object.rs",
    "host/by_descriptor/own_library.rs",
    "host/by_descriptor/services.rs",
    "host/by_descriptor/transfer/apart.rs",
    "host/by_descriptor/transfer/caller.rs",
    "host/by_descriptor/transfer/change.rs",
    "host/by_descriptor/transfer/export.rs",
    "host/by_descriptor/transfer/exporting.rs",
    "host/by_descriptor/transfer/growing.rs",
    "host/by_descriptor/transfer/sent.rs",
    "host/by_descriptor/transfer/served.rs",
    "host/by_descriptor/waker.rs",
    "host/by_descriptor/wire.rs",
    "host/crash_notes/linux/calls.rs",
    "host/crash_notes/linux/other_threads.rs",
    "host/crash_notes/linux/signals.rs",
    "host/crash_notes/linux/table.rs",
    "foreign/anyhow.rs",
    "foreign/arrayvec.rs",
    "foreign/bytes.rs",
    "foreign/chrono.rs",
    "foreign/compact_str.rs",
    "foreign/http.rs",
    "foreign/indexmap.rs",
    "foreign/ordered_float.rs",
    "foreign/serde_json/error.rs",
    "foreign/serde_json/mod.rs",
    "foreign/smallvec.rs",
    "foreign/smol_str.rs",
    "foreign/time.rs",
    "foreign/url.rs",
    "foreign/uuid.rs",
    "host/hot_library/c_function.rs",
    "host/hot_library/dynamic/mod.rs",
    "host/hot_library/function.rs",
    "host/hot_library/version.rs",
    "host/library/instance.rs",
    "host/library/lifecycle.rs",
    "host/library/loaded.rs",
    "host/library/symbols.rs",
    "host/load/make.rs",
    "host/load/named_functions.rs",
    "host/load/open.rs",
    "host/platform/frames.rs",
    "host/platform/image.rs",
    "host/platform/linux.rs",
    "host/platform/shared_memory.rs",
    "host/platform/unix.rs",
    "host/platform/unwind.rs",
    "host/platform/windows/files.rs",
    "host/platform/windows/image.rs",
    "host/platform/windows/mod.rs",
    "host/platform/windows/threads.rs",
    "host/raw.rs",
    "host/services/finding.rs",
    "host/services/followers.rs",
    "host/services/linked.rs",
    "host/services/logs.rs",
    "host/services/mod.rs",
    "host/services/object_count.rs",
    "host/services/traces/mod.rs",
    "host/swap/hazard_slots.rs",
    "host/swap/pointer.rs",
    "host/tasks/offered.rs",
    "host/tasks/slot.rs",
    "host/thread_exits/intercept.rs",
    "interface.rs",
    "metadata/digest.rs",
    "metadata/writer.rs",
    "object/exclusive.rs",
    "object/last_call.rs",
    "object/loan.rs",
    "object/mod.rs",
    "object/remote.rs",
    "runtime/allocator.rs",
    "runtime/async_call.rs",
    "runtime/call.rs",
    "runtime/clock.rs",
    "runtime/context.rs",
    "runtime/entry.rs",
    "runtime/factory.rs",
    "runtime/failure.rs",
    "runtime/library_ref.rs",
    "runtime/lifecycle.rs",
    "runtime/logs.rs",
    "runtime/own.rs",
    "runtime/own_tokio/pollers.rs",
    "runtime/panic_hook.rs",
    "runtime/provide.rs",
    "runtime/provided.rs",
    "runtime/reported.rs",
    "host/services/offers.rs",
    "runtime/serves.rs",
    "runtime/services.rs",
    "runtime/state.rs",
    "runtime/tasks/context.rs",
    "runtime/tasks/host.rs",
    "runtime/thread_exits.rs",
    "runtime/traces/host.rs",
    "runtime/traces/mod.rs",
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
    let excepted = [
        // Nobody but its user can vouch for what it calls.
        "plugin-host/src/worker/function.rs",
        // Only the C library knows its streams.
        "plugin-host/src/windows.rs",
    ]
    .map(|file| root().join(file));
    for directory in ["plugin-host/src", "example-plugins", "examples"] {
        for path in
            sources(&root().join(directory)).into_iter().filter(|path| !excepted.contains(path))
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                // The keyword is also one of the words that no package is named.
                let found = line.replace("unsafe_code", "").replace("\"unsafe\"", "");
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
    assert!(text.contains(&format!("`{fingerprint:#034x}`")), "{fingerprint:#034x}");
}
