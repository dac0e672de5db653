//! Check: a sound library of this machine, with metadata. Reads the file and
//! runs nothing of it.

use std::collections::BTreeSet;
use std::path::Path;

use object::read::ReadRef;
use object::{
    Architecture, BinaryFormat, Endianness, FileKind, Object, ObjectKind, ObjectSection,
    ObjectSegment,
};

use crate::host::error::inspect::{InspectError, damaged, not_a_library, unreadable};
use crate::host::file::linkage::Linkage;
use crate::host::file::open::open_without_waiting;
use crate::host::file::paged::PagedFile;
use crate::host::file::part::Part;
use crate::host::load::check_elf::Elf;
use crate::host::load::exports::exports;
use crate::host::load::headers::{Headers, MAX_METADATA, Section};
use crate::host::load::universal::library_in;
use crate::host::platform::machine::{is_foreign, named};
use crate::metadata::decode::read;
use crate::metadata::{PluginMetadata, SECTION};

/// Reads the metadata of a library, and executes none of its code.
///
/// # Errors
///
/// If the file cannot be read, is damaged, or is no plugin. A library for
/// another machine can be inspected.
///
/// ```
/// let error = plugin_interface::inspect("no/such/library.so").unwrap_err();
/// assert!(error.to_string().contains("no/such/library.so"));
/// ```
pub fn inspect(path: impl AsRef<Path>) -> Result<PluginMetadata, InspectError> {
    let path = path.as_ref();
    check(path, &open_regular(path)?, AnyMachine::Allowed)
}

/// Reads the metadata of a library from its content, as [`inspect`] does from
/// its file.
///
/// # Errors
///
/// As [`inspect`]; the path of the error is empty.
///
/// ```
/// assert!(plugin_interface::inspect_bytes(b"not a library").is_err());
/// ```
pub fn inspect_bytes(library: &[u8]) -> Result<PluginMetadata, InspectError> {
    check_data(Path::new(""), library, library.len() as u64, AnyMachine::Allowed)
}

/// Returns the names of the functions and data that a library exports, from its
/// dynamic symbol table. Executes nothing.
///
/// # Errors
///
/// As [`inspect`], whether or not the library is a plugin.
///
/// ```
/// assert!(plugin_interface::exported_symbols("Cargo.toml").is_err());
/// ```
pub fn exported_symbols(path: impl AsRef<Path>) -> Result<BTreeSet<String>, InspectError> {
    let path = path.as_ref();
    let file = open_regular(path)?;
    let exports = exports(path, &parse(path, &file, file.len())?)?;
    Ok(exports.into_keys().collect())
}

/// Returns why a library stays mapped after it is closed, and what to do, if
/// its file says so. Executes nothing.
///
/// One reason is a variable of which a process has one (`STB_GNU_UNIQUE`): GNU
/// C++ makes them of statics in inline functions. The other is a link with
/// `-z nodelete`.
///
/// A new version of such a library may run on the variables of the old one. So
/// a load refuses it ([`LoadError::UniqueObject`](crate::LoadError)).
///
/// # Errors
///
/// As [`inspect`], whether or not the library is a plugin.
///
/// ```
/// assert!(plugin_interface::stays_mapped("Cargo.toml").is_err());
/// ```
pub fn stays_mapped(path: impl AsRef<Path>) -> Result<Option<String>, InspectError> {
    let path = path.as_ref();
    let file = open_regular(path)?;
    parse(path, &file, file.len())?;
    let linkage = Linkage::read(&file).map_err(|reason| damaged(path, reason))?;
    Ok(linkage.stays())
}

/// Opens a regular file to be read by pages.
pub(super) fn open_regular(path: &Path) -> Result<PagedFile, InspectError> {
    let unreadable = |source| unreadable(path, source);
    let file = open_without_waiting(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    match metadata.is_file() {
        true => Ok(PagedFile::new(file, metadata.len())),
        false => Err(not_a_library(path, "it is no regular file".to_owned())),
    }
}

/// The treatment of a library that was built for another machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyMachine {
    Allowed,
    Refused,
}

/// Checks a library file, of which it reads only the headers and the one
/// section.
pub(crate) fn check(
    path: &Path,
    file: &PagedFile,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    check_data(path, file, file.len(), machine)
}

fn check_data<'d, R: ReadRef<'d>>(
    path: &Path,
    data: R,
    len: u64,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    if let Ok(FileKind::Elf64) = FileKind::parse(data) {
        let elf = Elf::parse(data).map_err(|error| damaged(path, error.to_string()))?;
        check_sound(path, &elf, len)?;
        return check_rest(path, &elf, machine);
    }
    check_rest(path, &parse(path, data, len)?, machine)
}

/// Reads a library of any known format, and checks that its headers refer to
/// nothing outside of it. In a universal file it is the one that this host loads.
pub(super) fn parse<'d, R: ReadRef<'d>>(
    path: &Path,
    data: R,
    len: u64,
) -> Result<object::File<'d, Part<R>>, InspectError> {
    if len == 0 {
        return Err(not_a_library(path, "it is empty".to_owned()));
    }
    FileKind::parse(data)
        .map_err(|_| not_a_library(path, "its header is of no known format".to_owned()))?;
    let library = library_in(path, data, len)?;
    let file = object::File::parse(library).map_err(|error| damaged(path, error.to_string()))?;
    check_sound(path, &file, library.size())?;
    Ok(file)
}

/// Refuses what is no library, or lacks its end.
fn check_sound<'d>(path: &Path, headers: &impl Headers<'d>, len: u64) -> Result<(), InspectError> {
    let kind = headers.kind();
    if kind != ObjectKind::Dynamic {
        return Err(not_a_library(path, format!("it is {}", describe(kind))));
    }
    let segments = headers.segments().map_err(|error| damaged(path, error.to_string()))?;
    for (offset, size) in segments {
        if offset.checked_add(size).is_none_or(|end| end > len) {
            return Err(damaged(path, format!("a segment ends beyond the file's {len} bytes")));
        }
    }
    Ok(())
}

/// Checks the machine, and reads the metadata.
fn check_rest<'d>(
    path: &Path,
    headers: &impl Headers<'d>,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    let (architecture, format, endianness) = headers.machine();
    if machine == AnyMachine::Refused && is_foreign(architecture, format, endianness) {
        let found = named(architecture, format, endianness);
        return Err(InspectError::OtherMachine { path: path.to_owned(), found });
    }
    let damaged = |reason| damaged(path, reason);
    match headers.section().map_err(|error| damaged(error.to_string()))? {
        Section::Found(bytes) => {
            read(bytes).map_err(|source| InspectError::Metadata { path: path.to_owned(), source })
        }
        Section::TooLong(size) => Err(damaged(format!("{size} bytes of metadata"))),
        Section::Absent => Err(InspectError::NotAPlugin { path: path.to_owned() }),
        Section::Blank => Err(damaged("its table of sections is blank".to_owned())),
        Section::BlankAtEnd => Err(damaged("its table of sections is blank at its end".to_owned())),
    }
}

impl<'d, R: ReadRef<'d>> Headers<'d> for object::File<'d, R> {
    fn kind(&self) -> ObjectKind {
        Object::kind(self)
    }

    fn segments(&self) -> object::Result<impl Iterator<Item = (u64, u64)>> {
        Ok(Object::segments(self).map(|segment| segment.file_range()))
    }

    fn machine(&self) -> (Architecture, BinaryFormat, Endianness) {
        (self.architecture(), self.format(), self.endianness())
    }

    fn section(&self) -> object::Result<Section<'d>> {
        let found = self.section_by_name(SECTION).or_else(|| self.section_by_name("__plugin"));
        let Some(section) = found else {
            let mut sections = self.sections();
            let is_named = sections.any(|section| section.name().is_ok_and(|n| !n.is_empty()));
            return Ok(match is_named {
                true => Section::Absent,
                false => Section::Blank,
            });
        };
        match section.size() {
            size if size > MAX_METADATA => Ok(Section::TooLong(size)),
            _ => section.data().map(Section::Found),
        }
    }
}

fn describe(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Executable => "a program",
        ObjectKind::Relocatable => "an object file",
        ObjectKind::Core => "a core dump",
        _ => "something else",
    }
}
