//! `header`: the header of the C example, and interfaces without a header.

use std::fs;
use std::path::PathBuf;

use crate::environment::{Directory, plugin_host, root};

/// Builds the English greeter of the examples.
pub(crate) fn english() -> PathBuf {
    let answer = plugin_host(&["run", "--build", "example-plugins/greeter-english", "--json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let libraries = &answer.json()["libraries"];
    libraries[0]["file"].as_str().expect("a path").into()
}

/// With `BLESS=1`, writes the header again.
#[test]
fn the_header_of_the_example_is_up_to_date() {
    let answer = plugin_host(&["header", english().to_str().unwrap(), "Greeter"]);
    assert_eq!((answer.code, &*answer.err), (0, ""), "{answer:?}");
    let path = root().join("example-plugins/greeter-c/greeter.h");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &answer.out).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), answer.out, "run this test with BLESS=1");
}

#[test]
fn a_header_is_written_to_the_output_file() {
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
fn an_interface_without_a_header_has_an_error_and_an_exit_code() {
    let directory = Directory::new();
    let handwritten = directory.compile("handwritten", &[], "");
    let handwritten = handwritten.to_str().unwrap();
    for (file, interface, code, expected) in [
        (
            handwritten,
            "Tool",
            2,
            "no interface is named Tool; write one of plugin_interface::greeter::Greeter",
        ),
        (handwritten, "Greeter", 1, "plugin_interface::greeter::Greeter lists no methods"),
        ("no/such/library.so", "Greeter", 2, "cannot read"),
    ] {
        let answer = plugin_host(&["header", file, interface]);
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(answer.err.starts_with("error: ") && answer.err.contains(expected), "{answer:?}");
        assert!(answer.out.is_empty(), "{answer:?}");
    }
}
