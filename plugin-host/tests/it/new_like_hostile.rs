//! `new --like` for libraries whose metadata is made to be more than the description
//! of an interface. What it says would become source that is compiled and run.

use std::path::Path;

use crate::environment::Directory;
use crate::new::{files, new_of};
use crate::records::{Interface, Method, library, of};

const ORDINARY: &[Method<'_>] = &[("fn a(&self) -> u32", "", 1)];

/// Creates a plugin like that of a library, which must be refused by these words.
fn refused(directory: &Directory, interface: Interface<'_>, words: &str) {
    let library = library(directory, "hostile", &[interface]);
    let folder = directory.path().join("made");
    std::fs::create_dir_all(&folder).unwrap();
    let arguments = ["--plugin", "mine", "--like", library.to_str().unwrap()];
    let answer = new_of(&folder, &arguments);
    assert!([1, 2].contains(&answer.code), "{words}: {answer:?}{}", written(&folder));
    assert!(answer.err.contains(words), "{words}: {answer:?}");
    assert!(answer.err.lines().count() == 1 && answer.err.len() < 1000, "{answer:?}");
    assert_eq!(files(&folder), [""; 0], "{words}");
}

fn written(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("mine/src/interface.rs")).unwrap_or_default()
}

#[test]
fn names_that_are_code_are_refused() {
    let directory = Directory::new();
    let refused = |of: Interface<'_>, words: &str| refused(&directory, of, words);
    for path in [
        "a\")] pub fn f() {} #[doc(hidden)] #[plugin_interface(path = \"a::Tool",
        "a`\npub fn f() {}\n// ::Tool",
        "../../a::Tool",
        "a::../Tool",
        "a:: ::Tool",
    ] {
        refused(of(path, "1.0", ORDINARY), "not valid in Rust");
    }
    refused(of("a::Tool", "1.0\", object, path = \"b::Tool", ORDINARY), "which is no version");
    let later = &[("fn a(&self) -> u32", "1.1\")] #[doc = \"", 1)];
    refused(of("a::Tool", "1.2", later), "which is no version");
    let code = &[("fn {panic!()}(&self)", "1.1", 1)];
    refused(of("a::Tool", "1.2", code), "not valid in Rust");
    for path in ["b\")] pub fn f() {} #[ffi(path = \"b::Part", "b`\npub fn f() {}\n//::Part"] {
        let types = [(path, "struct Part { x: u8 }")];
        refused(of("a::Tool", "1.0", ORDINARY).defining(&types), "not valid in Rust");
    }
}

#[test]
fn signatures_and_definitions_that_are_more_than_types_are_refused() {
    let directory = Directory::new();
    let refused = |of: Interface<'_>, words: &str| refused(&directory, of, words);
    for method in [
        "#[cfg(any())] fn a(&self)",
        "fn a(&self) -> [u8; { loop {} }]",
        "fn a(&self, b: [u8; include_bytes!(\"/etc/hostname\").len()])",
        "fn a(&self, b: include!(\"/etc/hostname\"))",
        "fn a(&self, b: [u8; f()])",
        "fn a(&self) {} fn b(&self)",
        "fn a(&self); } pub fn f() {} pub trait Other { fn b(&self)",
    ] {
        refused(of("a::Tool", "1.0", &[(method, "", 1)]), "cannot write");
    }
    for definition in [
        "#[cfg(any())] struct Part { x: u8 }",
        "struct Part { x: u8 } pub fn f() {}",
        "fn f() {}",
        "mod part { include!(\"/etc/hostname\"); }",
        "macro_rules! part { () => {} }",
        "struct Part { x: [u8; { loop {} }] }",
        "enum Part { A = { loop {} } }",
        "struct Part { #[cfg(any())] x: u8 }",
    ] {
        let types = [("b::Part", definition)];
        refused(of("a::Tool", "1.0", ORDINARY).defining(&types), "cannot write");
    }
    // Another name than that of the path.
    let types = [("b::Part", "struct Other { x: u8 }")];
    refused(of("a::Tool", "1.0", ORDINARY).defining(&types), "cannot write");
}

#[test]
fn types_in_types_without_an_end_use_up_no_stack() {
    let directory = Directory::new();
    let deep = |open: &str, inner: &str, close: &str| {
        let (open, close) = (open.repeat(20_000), close.repeat(20_000));
        let signature = format!("fn a(&self, b: {open}{inner}{close})");
        let methods = [(signature.as_str(), "", 1)];
        let library = library(&directory, "deep", &[of("a::Tool", "1.0", &methods)]);
        let folder = directory.path().join("made");
        std::fs::create_dir_all(&folder).unwrap();
        let arguments = ["--plugin", "mine", "--like", library.to_str().unwrap()];
        let answer = new_of(&folder, &arguments);
        assert!([1, 2].contains(&answer.code), "{open:.9}: {:.500}", answer.err);
        assert!(answer.err.len() < 1000, "{} bytes: {:.500}", answer.err.len(), answer.err);
        assert_eq!(files(&folder), [""; 0]);
    };
    deep("Box<", "u8", ">");
    deep("(", "u8", ")");
    deep("[", "u8", "; 1]");
    deep("&", "u8", "");
    deep("*const ", "u8", "");
    deep("fn() -> ", "u8", "");
    deep("[u8; ", "1", "]");
    deep("dyn Fn() -> ", "u8", "");
}
