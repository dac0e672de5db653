//! Libraries that a library needs, which are beside it and not of the system.

use std::path::Path;
use std::process::Command;

use plugin_interface::process::{Sandbox, WorkerError};
use plugin_interface::{PluginManager, PluginTrait};

use super::worker;

fn gcc(to: &Path, arguments: &[&str]) {
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(to).args(arguments);
    assert!(gcc.status().expect("the tests need gcc").success());
}

#[test]
fn what_a_library_needs_beside_it_is_found_and_what_that_needs_too() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("deep");
    std::fs::create_dir(&deep).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let second = write("second.c", "const char *second(void) { return \"deep\"; }");
    let second_library = deep.join("libsecond_caged.so");
    gcc(&second_library, &[&second]);
    let first = "const char *second(void); const char *first(void) { return second(); }";
    let first = write("first.c", first);
    let in_deep = format!("-L{}", deep.display());
    let first_library = deep.join("libfirst_caged.so");
    gcc(&first_library, &[&first, &in_deep, "-l:libsecond_caged.so", "-Wl,-rpath,$ORIGIN"]);
    let fingerprint = PluginTrait::Greeter.fingerprint();
    let [low, high] = [fingerprint as u64, (fingerprint >> 64) as u64];
    let fingerprint = format!("-DFINGERPRINT={{{low:#x}, {high:#x}}}");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/c/greeter.c");
    let library = folder.path().join("libneedy.so");
    let link = [in_deep.as_str(), "-l:libfirst_caged.so", "-Wl,-rpath,$ORIGIN/deep"];
    let below = format!("-Wl,-rpath-link,{}", deep.display());
    let compile = [source, &fingerprint, "-DNAMED_BY=first", link[0], link[1], link[2], &below];
    gcc(&library, &compile);

    let sandboxed = worker().sandbox(Sandbox::strict());
    let loaded = PluginManager::new().load_isolated(&library, sandboxed);
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    assert!(loaded.enforced().unwrap().is_full());
    // It was opened with all that it needs. A plugin in C describes no methods to call.
    let plugins = loaded.plugins();
    assert_eq!(plugins.len(), 1);
    let error = plugins[0].call("name", ()).unwrap_err();
    assert!(matches!(error, WorkerError::NotDescribed { .. }), "{error}");
}
