//! `header`: the header of the example in C, and what is asked for in vain.

use std::fs;
use std::path::PathBuf;

use crate::environment::{Directory, plugin_host, root};

/// The greeter of the examples, built.
fn english() -> PathBuf {
    let answer = plugin_host(&["run", "--build", "example-plugins/greeter-english", "--json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let libraries = &answer.json()["libraries"];
    libraries[0]["file"].as_str().expect("a path").into()
}

/// `BLESS=1` writes the header anew.
#[test]
fn the_header_of_the_example_is_that_of_the_interface() {
    let answer = plugin_host(&["header", english().to_str().unwrap(), "Greeter"]);
    assert_eq!((answer.code, &*answer.err), (0, ""), "{answer:?}");
    let path = root().join("example-plugins/greeter-c/greeter.h");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &answer.out).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), answer.out, "run this test with BLESS=1");
}

#[test]
fn a_header_goes_to_a_file_where_that_is_asked_for() {
    let directory = Directory::new();
    let (library, file) = (english(), directory.path().join("greeter.h"));
    let (library, path) = (library.to_str().unwrap(), file.to_str().unwrap());
    let full = "plugin_interface::greeter::Greeter";
    let answer = plugin_host(&["header", library, full, "-o", path]);
    assert_eq!((answer.code, &*answer.out), (0, ""), "{answer:?}");
    let printed = plugin_host(&["header", library, "Greeter"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), printed.out);
    let answer = plugin_host(&["header", library, "Greeter", "-o", "no/such/folder/a.h"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("cannot write no/such/folder/a.h"), "{answer:?}");
}

#[test]
fn what_has_no_header_is_told_with_its_exit_code() {
    let directory = Directory::new();
    let by_hand = directory.compile("by_hand", &[], "");
    let by_hand = by_hand.to_str().unwrap();
    for (file, interface, code, expected) in [
        (by_hand, "Tool", 2, "it has no interface Tool; it has plugin_interface::greeter::Greeter"),
        (by_hand, "Greeter", 1, "plugin_interface::greeter::Greeter lists no methods"),
        ("no/such/library.so", "Greeter", 2, "cannot read"),
    ] {
        let answer = plugin_host(&["header", file, interface]);
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.err.starts_with("error: ") && answer.err.contains(expected), "{answer:?}");
        assert!(answer.out.is_empty(), "{answer:?}");
    }
}
