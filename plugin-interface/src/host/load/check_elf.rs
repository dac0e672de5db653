//! Check, for the 64-bit format of this system's libraries: the answers without
//! the symbols, which `object` reads before it gives any.

use object::elf::{FileHeader64, SectionHeader64};
use object::read::ReadRef;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Architecture, BinaryFormat, Endianness, ObjectKind, elf};

use crate::host::load::headers::{Headers, MAX_METADATA, Section};
use crate::metadata::SECTION;

/// A 64-bit ELF file.
pub(super) struct Elf<'d, R: ReadRef<'d>> {
    header: &'d FileHeader64<Endianness>,
    endian: Endianness,
    data: R,
}

impl<'d, R: ReadRef<'d>> Elf<'d, R> {
    pub(super) fn parse(data: R) -> object::Result<Self> {
        let header = FileHeader64::<Endianness>::parse(data)?;
        Ok(Elf { header, endian: header.endian()?, data })
    }
}

impl<'d, R: ReadRef<'d>> Headers<'d> for Elf<'d, R> {
    fn kind(&self) -> ObjectKind {
        match self.header.e_type(self.endian) {
            elf::ET_DYN => ObjectKind::Dynamic,
            elf::ET_EXEC => ObjectKind::Executable,
            elf::ET_REL => ObjectKind::Relocatable,
            elf::ET_CORE => ObjectKind::Core,
            _ => ObjectKind::Unknown,
        }
    }

    fn segments(&self) -> object::Result<impl Iterator<Item = (u64, u64)>> {
        let segments = self.header.program_headers(self.endian, self.data)?;
        Ok(segments.iter().map(|segment| segment.file_range(self.endian)))
    }

    fn machine(&self) -> (Architecture, BinaryFormat, Endianness) {
        (architecture(self.header.e_machine(self.endian)), BinaryFormat::Elf, self.endian)
    }

    fn section(&self) -> object::Result<Section<'d>> {
        let (endian, data) = (self.endian, self.data);
        let sections = self.header.sections(endian, data)?;
        // Only the first section is blank; another one was not written yet.
        // Linkers end the last one with its alignment, which is written last.
        let mut written = sections.iter().skip(1);
        let is_unaligned =
            |section: &SectionHeader64<Endianness>| section.sh_addralign(endian) == 0;
        if written.any(|section| section.sh_type(endian) == elf::SHT_NULL)
            || sections.iter().last().is_some_and(is_unaligned)
        {
            return Ok(Section::BlankAtEnd);
        }
        let Some((_, section)) = sections.section_by_name(endian, SECTION.as_bytes()) else {
            let is_named =
                |section: &_| sections.section_name(endian, section).is_ok_and(|n| !n.is_empty());
            return Ok(match sections.iter().any(is_named) {
                true => Section::Absent,
                false => Section::Blank,
            });
        };
        match section.sh_size(endian) {
            size if size > MAX_METADATA => Ok(Section::TooLong(size)),
            _ => section.data(endian, data).map(Section::Found),
        }
    }
}

/// The machine that a header names, among those that this crate knows.
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
