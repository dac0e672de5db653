//! Check, for the format of this system's libraries: the same as for the
//! others, without reading the symbols of a library to know what it is.

use std::path::Path;

use object::elf::{FileHeader64, SectionHeader64};
use object::read::ReadRef;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Architecture, BinaryFormat, Endianness, ObjectKind, elf};

use crate::host::load::check::{
    AnyMachine, InspectError, MAX_METADATA, damaged, describe, is_foreign,
};
use crate::metadata::decode::read;
use crate::metadata::{PluginMetadata, SECTION};

/// Checks the 64-bit ELF file in `data`, of `len` bytes.
pub(crate) fn check<'d, R: ReadRef<'d>>(
    path: &Path,
    data: R,
    len: u64,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    let unsound = |error: object::Error| damaged(path, error.to_string());
    let header = FileHeader64::<Endianness>::parse(data).map_err(unsound)?;
    let endian = header.endian().map_err(unsound)?;
    let kind = match header.e_type(endian) {
        elf::ET_DYN => None,
        elf::ET_EXEC => Some(ObjectKind::Executable),
        elf::ET_REL => Some(ObjectKind::Relocatable),
        elf::ET_CORE => Some(ObjectKind::Core),
        _ => Some(ObjectKind::Unknown),
    };
    if let Some(kind) = kind {
        let reason = format!("it is {}", describe(kind));
        return Err(InspectError::NotALibrary { path: path.to_owned(), reason });
    }
    for segment in header.program_headers(endian, data).map_err(unsound)? {
        let (offset, size) = segment.file_range(endian);
        if offset.checked_add(size).is_none_or(|end| end > len) {
            return Err(damaged(path, format!("a segment ends beyond the file's {len} bytes")));
        }
    }
    if machine == AnyMachine::Refused {
        let found = (architecture(header.e_machine(endian)), BinaryFormat::Elf);
        if is_foreign(found) || header.is_big_endian() != cfg!(target_endian = "big") {
            let found = format!("{:?} ({:?})", found.0, found.1);
            return Err(InspectError::OtherMachine { path: path.to_owned(), found });
        }
    }
    let sections = header.sections(endian, data).map_err(unsound)?;
    // Only the first one is blank; another was not written yet, and linkers end
    // the last one with its alignment, which is then not written either.
    let mut written = sections.iter().skip(1);
    let is_unaligned = |section: &SectionHeader64<Endianness>| section.sh_addralign(endian) == 0;
    if written.any(|section| section.sh_type(endian) == elf::SHT_NULL)
        || sections.iter().last().is_some_and(is_unaligned)
    {
        return Err(damaged(path, "its table of sections is blank at its end".to_owned()));
    }
    let Some((_, section)) = sections.section_by_name(endian, SECTION.as_bytes()) else {
        // Its place may be reserved by a writer that comes to it last.
        let is_named =
            |section: &_| sections.section_name(endian, section).is_ok_and(|n| !n.is_empty());
        return Err(match sections.iter().any(is_named) {
            true => InspectError::NotAPlugin { path: path.to_owned() },
            false => damaged(path, "its table of sections is blank".to_owned()),
        });
    };
    let size = section.sh_size(endian);
    if size > MAX_METADATA {
        return Err(damaged(path, format!("{size} bytes of metadata")));
    }
    let bytes = section.data(endian, data).map_err(unsound)?;
    read(bytes).map_err(|source| InspectError::Metadata { path: path.to_owned(), source })
}

/// The machine that a header names, among those that we know.
fn architecture(machine: elf::Machine) -> Architecture {
    match machine {
        elf::EM_X86_64 => Architecture::X86_64,
        elf::EM_AARCH64 => Architecture::Aarch64,
        elf::EM_RISCV => Architecture::Riscv64,
        elf::EM_PPC64 => Architecture::PowerPc64,
        elf::EM_S390 => Architecture::S390x,
        elf::EM_LOONGARCH => Architecture::LoongArch64,
        _ => Architecture::Unknown,
    }
}
