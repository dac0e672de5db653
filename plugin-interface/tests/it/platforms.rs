//! Libraries of other platforms and linkers are read like those of this one.

use std::fs;
use std::process::Command;

use plugin_interface::{InspectError, PluginManager, PluginMetadata, inspect};

use crate::builds::build;
use crate::fixtures::{Directory, fixture};

/// The bytes of the metadata section of a fixture.
fn section(directory: &Directory) -> Vec<u8> {
    let out = directory.path().join("section");
    let status = Command::new("objcopy")
        .args(["-O", "binary", "--only-section=.plugin"])
        .args([fixture("healthy"), &out])
        .status()
        .expect("the tests need binutils");
    assert!(status.success());
    fs::read(out).unwrap()
}

/// A file that is put together field by field.
#[derive(Default)]
struct Image(Vec<u8>);

impl Image {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend(bytes);
        self
    }

    fn u16(&mut self, values: &[u16]) -> &mut Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn u32(&mut self, values: &[u32]) -> &mut Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn u64(&mut self, values: &[u64]) -> &mut Self {
        values.iter().for_each(|value| self.0.extend(value.to_le_bytes()));
        self
    }

    fn name(&mut self, name: &str, len: usize) -> &mut Self {
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(len, 0);
        self.bytes(&bytes)
    }

    fn pad_to(&mut self, len: usize) -> &mut Self {
        self.0.resize(len, 0);
        self
    }
}

/// A Mach-O dynamic library for x86-64 whose only section is the metadata.
fn mach_o(section: &[u8]) -> Vec<u8> {
    let (len, offset) = (section.len() as u64, 32 + 72 + 80);
    let mut image = Image::default();
    // Magic, CPU x86-64, MH_DYLIB, one command.
    image.u32(&[0xfeed_facf, 0x0100_0007, 3, 6, 1, 72 + 80, 0, 0]);
    // LC_SEGMENT_64 with one section.
    image.u32(&[0x19, 72 + 80]).name("__DATA", 16).u64(&[0, len, offset, len]);
    image.u32(&[3, 3, 1, 0]);
    image.name("__plugin", 16).name("__DATA", 16).u64(&[0, len]);
    image.u32(&[offset as u32, 0, 0, 0, 0, 0, 0, 0]);
    image.bytes(section);
    image.0
}

/// A PE dynamic library for x86-64 whose only section is the metadata.
fn pe(section: &[u8]) -> Vec<u8> {
    let len = section.len() as u32;
    let mut image = Image::default();
    image.bytes(b"MZ").pad_to(60).u32(&[64]).bytes(b"PE\0\0");
    // x86-64, one section, an optional header of 240 bytes, executable and DLL.
    image.u16(&[0x8664, 1]).u32(&[0, 0, 0]).u16(&[240, 0x2022]);
    image.u16(&[0x20b, 0]).u32(&[0, len, 0, 0, 0x1000]).u64(&[0x1_8000_0000]);
    image.u32(&[0x1000, 0x200, 0, 0, 6, 0, 0x1000 + len, 0x200, 0]).u16(&[2, 0]);
    image.u64(&[0; 4]).u32(&[0, 16]).u64(&[0; 16]);
    image.name(".plugin", 8).u32(&[len, 0x1000, len, 0x200, 0, 0, 0, 0x4000_0040]);
    image.pad_to(0x200).bytes(section);
    image.0
}

#[test]
fn metadata_is_read_from_the_formats_of_other_platforms() {
    let directory = Directory::new();
    let section = section(&directory);
    let expected = PluginMetadata::from_section(&section).unwrap();
    assert_eq!(expected, inspect(fixture("healthy")).unwrap());
    for (name, image) in [("mach_o", mach_o(&section)), ("pe", pe(&section))] {
        let path = directory.write(name, &image);
        assert_eq!(inspect(&path).unwrap(), expected, "{name}");
        let refused = PluginManager::new().load_library(&path).unwrap_err();
        assert!(refused.to_string().contains("build it for this machine"), "{refused}");
        let half = directory.write("half", &image[..image.len() / 2]);
        assert!(matches!(inspect(half), Err(InspectError::Damaged { .. })), "{name}");
    }
}

#[test]
fn metadata_survives_optimisation_linkers_and_strip() {
    let expected = inspect(fixture("strict")).unwrap();
    let profile = |setting: &str| vec!["--config".to_owned(), format!("profile.release.{setting}")];
    // For the library alone: everything else is compiled once for all of them.
    let linker = |name: &str| {
        let linker = format!("-Clink-arg=-fuse-ld={name}");
        vec!["--".to_owned(), linker, "-Clinker-features=-lld".to_owned()]
    };
    for (name, options) in [
        ("fat", profile("lto = \"fat\"")),
        ("thin", profile("lto = \"thin\"")),
        ("size", profile("opt-level = \"z\"")),
        ("strip", profile("strip = \"symbols\"")),
        ("units", profile("codegen-units = 1")),
        ("bfd", linker("bfd")),
        ("gold", linker("gold")),
    ] {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let arguments = [&["--release", "--package", "strict"][..], &options].concat();
        let built = build(&format!("fixtures-{name}"), "rustc", &[], &arguments);
        assert_eq!(inspect(&built["strict"]).unwrap(), expected, "{name}");
        let handles = PluginManager::new().load_library(&built["strict"]).unwrap();
        assert_eq!(handles[0].name(), "Stern", "{name}");
    }
}
