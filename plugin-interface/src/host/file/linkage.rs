//! The demands of a library on the dynamic linker, read from its file: the
//! libraries that it needs, where they are looked for, and what keeps it mapped.
//!
//! A library of Windows says what it needs, and nothing else. Other formats have
//! no such demands here.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use object::elf::{FileHeader64, Sym64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym, SymbolTable};
use object::read::pe::PeFile64;
use object::read::{Import, ReadRef, StringTable};
use object::{Endianness, FileKind, NameOrOrdinal, Object, elf};

use crate::abi::ENTRY_SYMBOL;
use crate::host::file::needed_dlls;
use crate::host::platform::os_string;

/// The libraries that belong to the C library. Each process has them, or they
/// leave nothing behind.
const SYSTEM: &[&str] = &[
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// The demands of one library.
#[derive(Debug, Default)]
pub(crate) struct Linkage {
    /// The names of the libraries that it needs, without those of the system.
    pub(crate) needed: Vec<OsString>,
    /// The directories in which they are looked for.
    search: Vec<Searched>,
    /// The name by which others need it.
    pub(crate) soname: Option<OsString>,
    /// `true` if it is linked so that it is never unmapped.
    stays: bool,
    has_thread_locals: bool,
    /// `true` if it needs others, and does not define `plugin_entry_v1` itself.
    pub(crate) entry_is_elsewhere: bool,
    /// Its variables of which the process has one each.
    pub(crate) unique: UniqueObjects,
}

/// A directory in which needed libraries are looked for.
#[derive(Debug, PartialEq, Eq)]
enum Searched {
    /// Relative to `$ORIGIN`.
    OfOrigin(PathBuf),
    Fixed(PathBuf),
}

/// Variables of which the process has one each (`STB_GNU_UNIQUE`): their names,
/// and what two versions of a library must agree on.
pub(crate) type UniqueObjects = BTreeMap<String, UniqueObject>;

/// What is known of such a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UniqueObject {
    pub(crate) size: u64,
    /// A hash of the content of a constant; `None` for what can change.
    pub(crate) constant: Option<u64>,
}

impl Linkage {
    /// Reads the demands of a library.
    pub(crate) fn read<'d, R: ReadRef<'d>>(data: R) -> Result<Self, String> {
        match FileHeader64::<Endianness>::parse(data) {
            Ok(header) => {
                let endian = header.endian().map_err(unreadable)?;
                Elf { header, endian, data }.linkage()
            }
            Err(_) if FileKind::parse(data) == Ok(FileKind::Pe64) => {
                let file = PeFile64::parse(data).map_err(unreadable)?;
                let needed = needed_dlls::needed(&file)?;
                let defines_entry = needed_dlls::exports(&file, ENTRY_SYMBOL)?;
                Ok(Linkage {
                    entry_is_elsewhere: !needed.is_empty() && !defines_entry,
                    needed: needed.into_iter().map(OsString::from).collect(),
                    // As for a program: in its own directory.
                    search: vec![Searched::OfOrigin(PathBuf::new())],
                    ..Linkage::default()
                })
            }
            Err(_) => Ok(Linkage::default()),
        }
    }

    /// Reads the versions that a library needs of others, such as `GLIBC_2.34`.
    pub(crate) fn versions<'d, R: ReadRef<'d>>(data: R) -> Result<Vec<String>, String> {
        match FileHeader64::<Endianness>::parse(data) {
            Ok(header) => {
                let endian = header.endian().map_err(unreadable)?;
                Elf { header, endian, data }.versions()
            }
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Reads the names of the functions and variables that a library takes from
    /// others.
    pub(crate) fn imports<'d, R: ReadRef<'d>>(data: R) -> Result<Vec<&'d str>, String> {
        match FileHeader64::<Endianness>::parse(data) {
            Ok(header) => {
                let endian = header.endian().map_err(unreadable)?;
                Elf { header, endian, data }.imports()
            }
            Err(_) => {
                let file = object::File::parse(data).map_err(unreadable)?;
                let name = |import: object::Result<Import<'d>>| match import.ok()?.name() {
                    NameOrOrdinal::Name(name) => core::str::from_utf8(name).ok(),
                    NameOrOrdinal::Ordinal(_) => None,
                };
                Ok(file.imports().map_err(unreadable)?.filter_map(name).collect())
            }
        }
    }

    /// Returns why the dynamic linker never unmaps it, and what to do, if that
    /// is so.
    pub(crate) fn stays(&self) -> Option<String> {
        if self.stays {
            let reason = "it is linked with -z nodelete, so the dynamic linker keeps it for good; \
                          link it without";
            return Some(reason.to_owned());
        }
        let name = self.unique.keys().next()?;
        Some(format!(
            "its {name} is one for the whole process (STB_GNU_UNIQUE), so the dynamic linker \
             keeps it for good; compile it with -fno-gnu-unique"
        ))
    }

    /// Returns `true` if it may have thread-locals, or if what it needs may.
    pub(crate) fn may_have_thread_locals(&self) -> bool {
        self.has_thread_locals || !self.needed.is_empty()
    }

    /// Returns the paths at which a needed library may be found beside a
    /// library in `origin`, and each path relative to `$ORIGIN`.
    pub(crate) fn places<'a>(
        &'a self,
        origin: &'a Path,
        name: &'a OsStr,
    ) -> impl Iterator<Item = (PathBuf, Option<&'a Path>)> {
        self.search.iter().map(move |directory| match directory {
            Searched::OfOrigin(below) => (origin.join(below).join(name), Some(&**below)),
            Searched::Fixed(directory) => (directory.join(name), None),
        })
    }
}

impl Searched {
    fn of(directory: &[u8]) -> Self {
        let of_origin =
            directory.strip_prefix(b"$ORIGIN").or_else(|| directory.strip_prefix(b"${ORIGIN}"));
        match of_origin {
            Some(rest @ ([] | [b'/', ..])) => {
                let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
                Searched::OfOrigin(os_string(&rest[slashes..]).into())
            }
            _ => Searched::Fixed(os_string(directory).into()),
        }
    }
}

type Sections<'d, R> = SectionTable<'d, FileHeader64<Endianness>, R>;
type Symbols<'d, R> = SymbolTable<'d, FileHeader64<Endianness>, R>;

struct Elf<'d, R: ReadRef<'d>> {
    header: &'d FileHeader64<Endianness>,
    endian: Endianness,
    data: R,
}

impl<'d, R: ReadRef<'d>> Elf<'d, R> {
    fn linkage(&self) -> Result<Linkage, String> {
        let (endian, data) = (self.endian, self.data);
        let sections = self.header.sections(endian, data).map_err(unreadable)?;
        let segments = self.header.program_headers(endian, data).map_err(unreadable)?;
        let has_thread_locals = segments.iter().any(|it| it.p_type(endian) == elf::PT_TLS);
        let mut linkage = Linkage { has_thread_locals, ..Linkage::default() };
        let dynamic = sections.dynamic(endian, data).map_err(unreadable)?;
        let Some((entries, strings)) = dynamic else { return Ok(linkage) };
        let strings = sections.strings(endian, data, strings).map_err(unreadable)?;
        for entry in entries {
            let value = entry.d_val.get(endian);
            match entry.d_tag.get(endian) {
                elf::DT_NULL => break,
                elf::DT_NEEDED => linkage.need(bytes(&strings, value)?),
                elf::DT_RPATH if linkage.search.is_empty() => {
                    linkage.search = directories(bytes(&strings, value)?);
                }
                // Where it is there, the other one does not count.
                elf::DT_RUNPATH => linkage.search = directories(bytes(&strings, value)?),
                elf::DT_SONAME => linkage.soname = Some(os_string(bytes(&strings, value)?)),
                elf::DT_FLAGS_1 => linkage.stays = value & elf::DF_1_NODELETE.0 != 0,
                _ => {}
            }
        }
        let symbols = sections.symbols(endian, data, elf::SHT_DYNSYM).map_err(unreadable)?;
        linkage.unique = self.unique(&sections, &symbols)?;
        linkage.entry_is_elsewhere =
            !linkage.needed.is_empty() && !self.defines(&symbols, ENTRY_SYMBOL);
        Ok(linkage)
    }

    fn versions(&self) -> Result<Vec<String>, String> {
        let (endian, data) = (self.endian, self.data);
        let sections = self.header.sections(endian, data).map_err(unreadable)?;
        let Some((needs, strings)) = sections.gnu_verneed(endian, data).map_err(unreadable)? else {
            return Ok(Vec::new());
        };
        let strings = sections.strings(endian, data, strings).map_err(unreadable)?;
        let mut versions = Vec::new();
        for need in needs {
            let (_, of_library) = need.map_err(unreadable)?;
            for version in of_library {
                let name = version.and_then(|version| version.name(endian, strings));
                versions.push(String::from_utf8_lossy(name.map_err(unreadable)?).into_owned());
            }
        }
        Ok(versions)
    }

    fn imports(&self) -> Result<Vec<&'d str>, String> {
        let (endian, data) = (self.endian, self.data);
        let sections = self.header.sections(endian, data).map_err(unreadable)?;
        let symbols = sections.symbols(endian, data, elf::SHT_DYNSYM).map_err(unreadable)?;
        let undefined = symbols.iter().filter(|symbol| symbol.is_undefined(endian));
        let names = undefined.filter_map(|symbol| symbol.name(endian, symbols.strings()).ok());
        Ok(names.filter_map(|name| core::str::from_utf8(name).ok()).collect())
    }

    fn defines(&self, symbols: &Symbols<'d, R>, name: &str) -> bool {
        let strings = symbols.strings();
        let mut defined = symbols.iter().filter(|symbol| !symbol.is_undefined(self.endian));
        defined.any(|symbol| symbol.name(self.endian, strings) == Ok(name.as_bytes()))
    }

    fn unique(
        &self,
        sections: &Sections<'d, R>,
        symbols: &Symbols<'d, R>,
    ) -> Result<UniqueObjects, String> {
        let endian = self.endian;
        let is_unique = |symbol: &&Sym64<Endianness>| {
            symbol.st_bind() == elf::STB_GNU_UNIQUE && !symbol.is_undefined(endian)
        };
        let mut found = UniqueObjects::new();
        for symbol in symbols.iter().filter(is_unique) {
            let name = symbol.name(endian, symbols.strings()).map_err(unreadable)?;
            let size = symbol.st_size(endian);
            let constant = self.constant(sections, symbol)?;
            found.insert(
                String::from_utf8_lossy(name).into_owned(),
                UniqueObject { size, constant },
            );
        }
        Ok(found)
    }

    /// Returns a hash of the content of a symbol that nobody writes.
    fn constant(
        &self,
        sections: &Sections<'d, R>,
        symbol: &Sym64<Endianness>,
    ) -> Result<Option<u64>, String> {
        let endian = self.endian;
        let index = object::SectionIndex(usize::from(symbol.st_shndx(endian).0));
        let Ok(section) = sections.section(index) else { return Ok(None) };
        if section.sh_flags(endian).0 & elf::SHF_WRITE.0 != 0 {
            return Ok(None);
        }
        let within = symbol.st_value(endian).wrapping_sub(section.sh_addr(endian));
        let at = section.sh_offset(endian).wrapping_add(within);
        let Ok(content) = self.data.read_bytes_at(at, symbol.st_size(endian)) else {
            return Err("a variable of it is beyond its end".to_owned());
        };
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Ok(Some(hasher.finish()))
    }
}

impl Linkage {
    fn need(&mut self, name: &[u8]) {
        if !SYSTEM.iter().any(|of_system| of_system.as_bytes() == name) {
            self.needed.push(os_string(name));
        }
    }
}

fn unreadable(error: object::Error) -> String {
    error.to_string()
}

/// Returns a name or a list of directories, which may have any bytes but zero.
fn bytes<'d, R: ReadRef<'d>>(strings: &StringTable<'d, R>, at: u64) -> Result<&'d [u8], String> {
    let bytes = u32::try_from(at).ok().and_then(|at| strings.get(at).ok());
    bytes.ok_or_else(|| "a name in its dynamic section is beyond the names".to_owned())
}

fn directories(list: &[u8]) -> Vec<Searched> {
    let all = list.split(|byte| *byte == b':');
    all.filter(|directory| !directory.is_empty()).map(Searched::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_the_origin_are_told_from_others() {
        let of_origin = |below: &str| Searched::OfOrigin(below.into());
        let fixed = |directory: &str| Searched::Fixed(directory.into());
        assert_eq!(
            directories(b"$ORIGIN:${ORIGIN}//lib/deep::$ORIGINAL:/usr/lib:a$ORIGIN"),
            [
                of_origin(""),
                of_origin("lib/deep"),
                fixed("$ORIGINAL"),
                fixed("/usr/lib"),
                fixed("a$ORIGIN")
            ]
        );
    }
}
