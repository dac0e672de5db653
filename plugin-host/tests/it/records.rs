//! Libraries with the metadata that a test needs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::environment::Directory;

/// A method: its signature, its `since` version, its fingerprint.
pub(crate) type Method<'a> = (&'a str, &'a str, u128);

/// An interface, and those of the objects that it uses.
#[derive(Clone, Copy)]
pub(crate) struct Interface<'a> {
    path: &'a str,
    version: &'a str,
    methods: &'a [Method<'a>],
    types: &'a [(&'a str, &'a str)],
    objects: &'a [Interface<'a>],
}

/// Creates an interface that uses no objects.
pub(crate) fn of<'a>(path: &'a str, version: &'a str, methods: &'a [Method<'a>]) -> Interface<'a> {
    Interface { path, version, methods, types: &[], objects: &[] }
}

impl<'a> Interface<'a> {
    pub(crate) fn using(self, objects: &'a [Interface<'a>]) -> Self {
        Interface { objects, ..self }
    }

    /// Adds structs and enums: the path and the definition of each.
    #[cfg(target_os = "linux")]
    pub(crate) fn defining(self, types: &'a [(&'a str, &'a str)]) -> Self {
        Interface { types, ..self }
    }

    /// Writes the interface to a record, without those that it uses.
    fn write(&self, record: &mut Vec<u8>) {
        let fingerprint = self.methods.iter().fold(1u128, |all, (_, _, of)| all * 31 + of);
        record.extend(fingerprint.to_le_bytes());
        text(record, self.path);
        text(record, self.version);
        number(record, 3);
        number(record, self.methods.len());
        for (signature, since, fingerprint) in self.methods {
            record.extend(fingerprint.to_le_bytes());
            text(record, signature.split(['(', ' ']).nth(1).unwrap());
            text(record, signature);
            text(record, since);
            // Its types are not listed.
            number(record, 0);
        }
        number(record, self.types.len());
        for (path, definition) in self.types {
            record.extend([0; 16]);
            text(record, path);
            text(record, "0.1.0");
            text(record, definition);
            number(record, 0);
        }
    }
}

fn number(record: &mut Vec<u8>, number: usize) {
    record.extend((number as u32).to_le_bytes());
}

fn text(record: &mut Vec<u8>, text: &str) {
    number(record, text.len());
    record.extend(text.bytes());
}

/// Compiles a library whose metadata lists these interfaces, as one in C.
pub(crate) fn library(directory: &Directory, name: &str, interfaces: &[Interface<'_>]) -> PathBuf {
    package(directory, name, 0, interfaces, &[])
}

/// Compiles a library whose metadata has these flags, interfaces and registrations:
/// each the path of its interface and its name.
pub(crate) fn package(
    directory: &Directory,
    name: &str,
    flags: u8,
    interfaces: &[Interface<'_>],
    registrations: &[(&str, &str)],
) -> PathBuf {
    // A package without a name: ABI version, flags, eight empty texts.
    let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01\0\0\0".to_vec();
    section.push(flags);
    section.extend([0; 35]);
    for (interface, name) in registrations {
        section.extend(b"PLUGIN\0\x01\x03\0\0\0");
        number(&mut section, 8 + interface.len() + name.len());
        text(&mut section, interface);
        text(&mut section, name);
    }
    for interface in interfaces {
        let mut record = Vec::new();
        interface.write(&mut record);
        number(&mut record, interface.objects.len());
        interface.objects.iter().for_each(|object| object.write(&mut record));
        section.extend(b"PLUGIN\0\x01\x02\0\0\0");
        number(&mut section, record.len());
        section.extend(record);
    }
    let bytes: Vec<_> = section.iter().map(u8::to_string).collect();
    let source = directory.path().join("source.c");
    let attributes = "__attribute__((section(\".plugin\"), used))";
    let text = format!("{attributes} static const unsigned char r[] = {{ {} }};", bytes.join(","));
    fs::write(&source, text).unwrap();
    let path = directory.library(name);
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).args([&path, &source]);
    assert!(gcc.status().expect("the tests need gcc").success());
    path
}
