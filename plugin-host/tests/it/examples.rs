//! The example hosts in Rust.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::deadline::within;
use crate::environment::{Directory, answer, of_workspace};

/// Returns the command that runs an example.
fn example(name: &str, argument: &Path) -> Command {
    let mut command = Command::new(of_workspace(name));
    command.arg(argument);
    command
}

#[test]
fn the_minimal_host_calls_the_good_plugins_and_names_the_bad_ones() {
    let directory = Directory::new();
    directory.compile("good", &["COUNTER"], "");
    std::fs::write(directory.library("text"), "text").unwrap();
    let answer = answer(&mut example("minimal-host", directory.path()));
    assert_eq!((answer.code, answer.out.as_str()), (0, "by hand: HEY world\n"), "{answer:?}");
    assert!(answer.err.starts_with("not loaded: ") && answer.err.contains("libtext"), "{answer:?}");
}

#[test]
fn the_live_host_calls_the_new_version() {
    let (directory, elsewhere) = (Directory::new(), Directory::new());
    let library = directory.compile("greeter", &["COUNTER"], "");
    let next = elsewhere.compile("greeter", &["COUNTER", "NAME=\"next\""], "");
    let mut host = example("live-host", &library).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(within("the first answer", || lines.next()).unwrap(), "HEY world");
    std::fs::copy(next, library.with_extension("tmp")).unwrap();
    std::fs::rename(library.with_extension("tmp"), &library).unwrap();
    let other = within("another version", || lines.find(|line| line != "HEY world"));
    assert_eq!(other.unwrap(), "version 2:");
    assert_eq!(lines.next().unwrap(), "HEY world");
    host.kill().unwrap();
    host.wait().unwrap();
}
