//! `cargo plugin ..` is the same program.

use std::process::Command;

use crate::environment::{Answer, Directory, answer, plugin_host, root};

/// Runs `cargo plugin`, as cargo finds it in a folder of programs.
fn cargo_plugin(arguments: &[&str]) -> Answer {
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-plugin")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new(env!("CARGO"));
    command.arg("plugin").args(arguments).current_dir(root());
    answer(command.env("PATH", std::env::join_paths(all).unwrap()))
}

#[test]
fn its_help_and_its_errors_name_what_was_typed() {
    let help = cargo_plugin(&["list", "--help"]);
    assert_eq!(help.code, 0, "{help:?}");
    assert!(help.out.contains("Usage: cargo plugin list [OPTIONS] <DIR>..."), "{help:?}");
    let none = cargo_plugin(&[]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("Usage: cargo plugin [OPTIONS] <COMMAND>"), "{none:?}");
    // Only cargo puts its own word there.
    assert_eq!(plugin_host(&["plugin", "list", "."]).code, 2);
}

#[test]
fn a_command_with_a_child_process_works() {
    let folder = Directory::new();
    let library = folder.compile("cargo", &[], "");
    let library = library.to_str().unwrap();
    let checked = cargo_plugin(&["check", library]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.out.contains("survives in a child process"), "{checked:?}");
    assert_eq!(checked.out, plugin_host(&["check", library]).out);
}
