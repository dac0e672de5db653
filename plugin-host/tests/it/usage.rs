//! Arguments that make no sense: exit code 2, and what to do.

use crate::environment::{Directory, plugin_host};

#[test]
fn no_command_shows_the_usage() {
    let answer = plugin_host::<&str>(&[]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("Usage: plugin-host <COMMAND>"), "{answer:?}");
}

#[test]
fn an_unknown_option_is_named() {
    let answer = plugin_host(&["run", "somewhere", "--bild"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("--bild"), "{answer:?}");
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    for command in [
        &["run", "no/such/place"][..],
        &["list", "no/such/place"],
        &["run", "--build", "no/such/place"],
    ] {
        let answer = plugin_host(command);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.err.starts_with("error: no such directory: no/such/place"), "{answer:?}");
        assert!(answer.out.is_empty(), "{answer:?}");
    }
}

#[test]
fn a_file_that_does_not_exist_is_named() {
    for command in [
        &["inspect", "no/such/file.so"][..],
        &["inspect", "no/such/file.so", "--json"],
        &["check", "no/such/file.so"],
        &["check", "no/such/file.so", "--json"],
        &["header", "no/such/file.so", "Greeter"],
        &["diff", "no/such/file.so", "no/such/file.so"],
        &["call", "no/such/file.so", "foo()"],
    ] {
        let answer = plugin_host(command);
        assert_eq!(answer.code, 2, "{command:?}: {answer:?}");
        let said = format!("{}{}", answer.out, answer.err);
        assert!(said.contains("cannot read "), "{command:?}: {answer:?}");
        assert!(said.contains("no/such/file.so"), "{command:?}: {answer:?}");
    }
}

#[test]
fn a_file_instead_of_a_directory_is_named() {
    for command in
        [&["run", "Cargo.toml"][..], &["list", "Cargo.toml"], &["run", "--build", "Cargo.toml"]]
    {
        let answer = plugin_host(command);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(
            answer.err.contains("expected a directory, found a file: Cargo.toml"),
            "{answer:?}"
        );
    }
}

#[test]
fn an_empty_directory_has_nothing_to_run_and_nothing_to_list() {
    let directory = Directory::new();
    let answer = plugin_host(&directory.arguments(&["run"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("no plugins in"), "{answer:?}");
    assert!(answer.err.contains("add --build to build sources below it first"), "{answer:?}");
    let answer = plugin_host(&directory.arguments(&["list"]));
    assert_eq!(answer.code, 0, "{answer:?}");
    for part in ["no plugins in", "crate-type = [\"cdylib\"]"] {
        assert!(answer.out.contains(part), "{answer:?}");
    }
}
