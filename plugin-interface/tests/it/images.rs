//! Small libraries of other systems, put together field by field.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The bytes of the metadata section of an ELF library. `out` is a file for them.
pub(crate) fn section(library: &Path, out: &Path) -> Vec<u8> {
    let status = Command::new("objcopy")
        .args(["-O", "binary", "--only-section=.plugin"])
        .args([library, out])
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

/// A processor, by its number in a Mach-O file.
#[derive(Clone, Copy)]
pub(crate) enum Processor {
    X86 = 0x0100_0007,
    Arm = 0x0100_000c,
}

/// A Mach-O dynamic library whose only section is the metadata.
pub(crate) fn mach_o(processor: Processor, section: &[u8]) -> Vec<u8> {
    let (len, offset) = (section.len() as u64, 32 + 72 + 80);
    let mut image = Image::default();
    // Magic, processor, MH_DYLIB, one command.
    image.u32(&[0xfeed_facf, processor as u32, 3, 6, 1, 72 + 80, 0, 0]);
    // LC_SEGMENT_64 with one section.
    image.u32(&[0x19, 72 + 80]).name("__DATA", 16).u64(&[0, len, offset, len]);
    image.u32(&[3, 3, 1, 0]);
    image.name("__plugin", 16).name("__DATA", 16).u64(&[0, len]);
    image.u32(&[offset as u32, 0, 0, 0, 0, 0, 0, 0]);
    image.bytes(section);
    image.0
}

/// A PE dynamic library for x86-64 whose only section is the metadata.
pub(crate) fn pe(section: &[u8]) -> Vec<u8> {
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

/// A universal file of macOS: a header, and a library for each of these processors.
pub(crate) fn universal(libraries: &[(Processor, &[u8])]) -> Vec<u8> {
    let mut image = Image::default();
    let big = |image: &mut Image, value: u32| image.0.extend(value.to_be_bytes());
    big(&mut image, 0xcafe_babe);
    big(&mut image, libraries.len() as u32);
    let mut offset = 0x1000;
    for (processor, library) in libraries {
        for value in [*processor as u32, 3, offset, library.len() as u32, 12] {
            big(&mut image, value);
        }
        offset = (offset + library.len() as u32).next_multiple_of(0x1000);
    }
    for (_, library) in libraries {
        image.pad_to(image.0.len().next_multiple_of(0x1000)).bytes(library);
    }
    image.0
}
