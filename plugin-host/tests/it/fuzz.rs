//! `fuzz FILE`: random calls, and the shortest one that shows each fault.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::environment::{Directory, plugin_host, root};

/// Compiles the greeter in C with more in its `greet`.
pub(crate) fn greeter(directory: &Directory, faults: &str) -> PathBuf {
    let folder = root().join("example-plugins/greeter-c");
    let source = fs::read_to_string(folder.join("greeter.c")).unwrap();
    assert!(source.contains("(void)instance;"));
    let source = source.replacen("(void)instance;", faults, 1);
    let (file, path) = (directory.path().join("greeter.c"), directory.library("greeter"));
    fs::write(&file, format!("#include <unistd.h>\n{source}")).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-D_DEFAULT_SOURCE", "-O2", "-shared", "-fPIC", "-w", "-I"]).arg(folder);
    gcc.arg("-o").args([&path, &file]);
    assert!(gcc.status().expect("the tests need gcc").success());
    path
}

const FAULTS: &str = "
    Greeter_Outcome_String bad = { 0, { 0, 0, 0, plugin_free } };
    /* Hangs on a length. */
    if (target.len == 7) for (;;) pause();
    /* A sum that overflows, and an index that is wrong then. */
    if ((unsigned char)(target.len + 200) < target.len) *(volatile int *)8 = 1;
    /* Panics on a value. */
    if (memchr(target.ptr, '!', target.len)) {
        bad.status = plugin_panic(\"no mark, please\", \"greeter.c\", 7);
        return bad;
    }
    /* Text that is none. */
    if (memchr(target.ptr, '%', target.len)) {
        bad.value.ptr = plugin_malloc(1);
        *(char *)bad.value.ptr = -1;
        bad.value.len = bad.value.capacity = 1;
        return bad;
    }
    /* Keeps memory. */
    if (target.len > 1) memset((void *)plugin_malloc(900), 1, 900);
";

#[test]
fn five_planted_faults_are_found_and_each_line_shows_its_own() {
    let directory = Directory::new();
    let library = greeter(&directory, FAULTS);
    let library = library.to_str().unwrap();
    let fuzz = || {
        let calls = ["fuzz", "--json", "--calls", "300", "--seconds", "300", "--timeout", "0.5"];
        plugin_host(&[&calls[..], &[library]].concat())
    };
    let answer = fuzz();
    assert_eq!(answer.code, 6, "{answer:?}");
    let report = answer.json();
    let [interface] = &report["interfaces"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!((&interface["calls"], &interface["skipped"]), (&300.into(), &[(); 0][..].into()));
    let faults = interface["faults"].as_array().unwrap();
    let text = |fault: &serde_json::Value, key: &str| fault[key].as_str().unwrap().to_owned();
    let found: Vec<_> =
        faults.iter().map(|fault| (text(fault, "method"), text(fault, "kind"))).collect();
    let kinds = ["crashed", "panicked", "hung", "invalid value", "memory kept"];
    assert_eq!(found, kinds.map(|kind| ("greet".to_owned(), kind.to_owned())), "{report:#}");

    // What it prints is a line for a shell.
    let program = PathBuf::from(env!("CARGO_BIN_EXE_plugin-host"));
    let expected = [
        (5, "crashed: the process was killed by SIGSEGV", 56),
        (5, "no mark, please", 1),
        (6, "did not answer in time", 7),
        (1, "the plugin returned an invalid value", 1),
        (0, "bytes of memory with each call", 2),
    ];
    for (fault, (code, message, letters)) in faults.iter().zip(expected) {
        let line = text(fault, "call");
        let arguments = line.strip_prefix("plugin-host ").unwrap();
        let line = format!("{} {arguments}", program.display());
        let shown = Command::new("sh").args(["-c", &line]).output().unwrap();
        let told = String::from_utf8_lossy(&shown.stderr);
        assert_eq!(shown.status.code(), Some(code), "{line}: {told}");
        assert!(told.contains(message), "{line}: {told}");
        // It is the shortest text: in quotes of JSON and of the shell.
        let (_, argument) = line.rsplit_once("greet '\"").unwrap();
        assert_eq!(argument.len(), letters + 2, "{line}");
    }
    // The seed decides the calls.
    assert_eq!(fuzz().json()["interfaces"][0]["faults"].as_array().unwrap().len(), 5);
}

#[test]
fn a_library_without_a_fault_has_none() {
    let directory = Directory::new();
    let library = greeter(&directory, "(void)instance;");
    let library = library.to_str().unwrap();
    let answer =
        plugin_host(&["fuzz", "--calls", "500", "--seed", "7", "--seconds", "300", library]);
    let expected = format!(
        "{library}: plugin_interface::greeter::Greeter: no fault in 500 calls with seed 7\n"
    );
    assert_eq!((answer.code, &*answer.out, &*answer.err), (0, &*expected, ""), "{answer:?}");
    let absent = plugin_host(&["fuzz", "--interface", "Greter", library]);
    assert!(absent.code == 2 && absent.err.contains("no interface is named Greter"), "{absent:?}");
    let denied = plugin_host(&["fuzz", "--deny", "greeter-c", library]);
    assert!(denied.code == 4 && denied.err.contains("greeter-c"), "{denied:?}");
    let unknown = plugin_host(&["fuzz", "--plugin", "Latn", library]);
    assert!(unknown.code == 2 && unknown.err.contains("there are Latin"), "{unknown:?}");
}
