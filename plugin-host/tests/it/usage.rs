//! Wrong arguments: exit code 2, and a message that says what to do.

use crate::environment::{Directory, answer, command, plugin_host};

#[test]
fn no_command_shows_the_usage() {
    let answer = plugin_host::<&str>(&[]);
    let usage = format!("Usage: plugin-host{} [OPTIONS] <COMMAND>", std::env::consts::EXE_SUFFIX);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains(&usage), "{answer:?}");
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

/// Holds that stdout is one object with the error that stderr has too.
#[track_caller]
fn is_an_error_in_json(arguments: &[&str], expected: &str) {
    let answer = plugin_host(arguments);
    assert_eq!(answer.code, 2, "{arguments:?}: {answer:?}");
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    assert!(error.contains(expected), "{arguments:?}: {answer:?}");
    assert_eq!(answer.err, format!("error: {error}\n"), "{arguments:?}");
}

#[test]
fn each_listing_in_json_of_what_is_missing_is_an_object_with_the_error() {
    let (missing, none) = ("no/such/place", "no such directory: no/such/place");
    let file = "expected a directory, found a file: Cargo.toml";
    for command in ["list", "run", "watch"] {
        is_an_error_in_json(&[command, missing, "--json"], none);
        is_an_error_in_json(&[command, "Cargo.toml", "--json"], file);
    }
    is_an_error_in_json(&["list", missing, "no/other", "--json"], "no/other");
    is_an_error_in_json(&["list", missing, "--json", "--interface", "Greeter"], none);
    let (library, unread) = ("no/such/file.so", "cannot read ");
    is_an_error_in_json(&["inspect", library, "--json"], unread);
    is_an_error_in_json(&["diff", library, library, "--json"], unread);
    is_an_error_in_json(&["call", library, "foo()", "--json"], unread);
}

#[test]
fn a_directory_that_is_read_is_listed_beside_one_that_is_missing() {
    let directory = Directory::new();
    let answer = plugin_host(&directory.arguments(&["list", "--json", "no/such/place"]));
    assert_eq!(answer.code, 2, "{answer:?}");
    assert_eq!(answer.json(), serde_json::json!([]), "{answer:?}");
    assert!(answer.err.contains("no such directory: no/such/place"), "{answer:?}");
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
        let printed = format!("{}{}", answer.out, answer.err).replace('\\', "/");
        assert!(printed.contains("cannot read "), "{command:?}: {answer:?}");
        assert!(printed.contains("no/such/file.so"), "{command:?}: {answer:?}");
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

#[test]
fn the_help_of_each_command_has_an_example_and_fits_a_terminal() {
    let help = plugin_host(&["--help"]);
    let (_, commands) = help.out.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| line.starts_with("  "));
    let commands: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        commands,
        [
            "new",
            "doctor",
            "list",
            "inspect",
            "run",
            "watch",
            "dev",
            "check",
            "header",
            "diff",
            "lock",
            "sign",
            "verify",
            "call",
            "fuzz",
            "completions",
            "man",
            "help"
        ]
    );
    for command in commands.iter().filter(|command| **command != "help") {
        for option in ["--help", "-h"] {
            let answer = plugin_host(&[command, option]);
            assert_eq!(answer.code, 0, "{answer:?}");
            let example = format!("plugin-host {command} ");
            let (_, examples) = answer.out.split_once("\nExample").unwrap();
            assert!(examples.contains(&example), "{answer:?}");
            let longest = answer.out.lines().max_by_key(|line| line.len()).unwrap();
            assert!(longest.len() <= 110, "{command} {option}: {longest}");
        }
    }
}

#[test]
fn an_error_that_ends_a_command_is_json_too() {
    for (command, code) in [
        (&["inspect", "Cargo.toml"][..], 1),
        (&["inspect", "no/such/file.so"], 2),
        (&["diff", "Cargo.toml", "Cargo.toml"], 1),
        (&["run", "no/such/place"], 2),
        (&["watch", "no/such/place"], 2),
        (&["list", "--pin", "no digest", "."], 2),
    ] {
        let answer = plugin_host(&[command, &["--json"]].concat());
        assert_eq!(answer.code, code, "{answer:?}");
        let json = answer.json();
        let error = json["error"].as_str().unwrap();
        assert_eq!(answer.err, format!("error: {error}\n"), "{answer:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = Directory::new();
    let library = directory.compile("good", &["COUNTER"], "");
    let (library, folder) = (library.to_str().unwrap(), directory.path().to_str().unwrap());
    for arguments in [
        &["list", folder][..],
        &["inspect", library],
        &["run", folder],
        &["run", folder, "--json"],
        &["check", folder],
        &["diff", library, library],
        &["watch", folder],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let answer = answer(command(arguments).stdout(writer));
        assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{arguments:?}: {answer:?}");
    }
}
