//! Libraries for other systems: each command says for which one a file is.

use std::fs;

use crate::environment::{Directory, plugin_host};
use crate::images::{Processor, mach_o, pe, section, universal};

#[test]
fn libraries_of_other_systems_are_read_under_their_own_names() {
    let directory = Directory::new();
    let library = directory.compile("good", &[], "");
    let section = section(&library, &directory.path().join("section"));
    let (arm, x86) = (mach_o(Processor::Arm, &section), mach_o(Processor::X86, &section));
    let both = universal(&[(Processor::X86, &x86), (Processor::Arm, &arm)]);
    for (name, content) in [
        ("good.dll", &pe(&section)),
        ("libgood.dylib", &both),
        ("misnamed.dll", &fs::read(&library).unwrap()),
    ] {
        fs::write(directory.path().join(name), content).unwrap();
    }
    let here = format!("Linux on {}", std::env::consts::ARCH);
    let expected = [
        ("ok", None),
        ("other system", Some("Windows on x86_64")),
        ("other system", Some("macOS on x86_64 and aarch64")),
        ("other name", Some(&*here)),
    ];

    let answer = plugin_host(&directory.arguments(&["list", "--json"]));
    assert_eq!(answer.code, 0, "a host here leaves them out: {answer:?}");
    let rows = answer.json();
    let rows = rows.as_array().unwrap().iter();
    let found: Vec<_> = rows
        .inspect(|row| assert_eq!(row["interfaces"][0]["version"], "1.0", "{row}"))
        .map(|row| (row["verdict"].as_str().unwrap().to_owned(), row["system"].as_str()))
        .collect();
    assert_eq!(found, expected.map(|(verdict, system)| (verdict.to_owned(), system)));

    let table = plugin_host(&directory.arguments(&["list", "--interface", "Greeter"]));
    assert_eq!(table.code, 0, "{table:?}");
    let other = "other system: macOS on x86_64 and aarch64";
    assert!(table.out.lines().any(|line| line.ends_with(other)), "{table:?}");
}

#[test]
fn a_copy_with_the_name_of_this_system_is_for_another_system_in_each_command() {
    let directory = Directory::new();
    let library = directory.compile("good", &[], "");
    let section = section(&library, &directory.path().join("section"));
    fs::write(&library, pe(&section)).unwrap();
    let file = library.to_str().unwrap();
    let reason = format!(
        "{file} is a library for Windows on x86_64, this host runs on Linux on {}; \
         build it for this machine",
        std::env::consts::ARCH
    );
    for arguments in [&["list", directory.path().to_str().unwrap()][..], &["check", file]] {
        let answer = plugin_host(arguments);
        assert_eq!(answer.code, 3, "{answer:?}");
        assert!([answer.out, answer.err].concat().contains(&reason), "{arguments:?}");
    }
    let shown = plugin_host(&["inspect", file]);
    assert!(shown.out.contains("\nsystem       Windows on x86_64\n"), "{shown:?}");
    assert_eq!(plugin_host(&["inspect", file, "--json"]).json()["system"], "Windows on x86_64");
}

#[test]
fn a_bad_file_with_the_name_of_another_system_is_told() {
    let directory = Directory::new();
    fs::write(directory.path().join("notes.dll"), "some notes").unwrap();
    let answer = plugin_host(&directory.arguments(&["list"]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("notes.dll is not a dynamic library"), "{answer:?}");
}
