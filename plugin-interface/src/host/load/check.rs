//! Check: a sound library of this machine, with metadata. Reads, runs nothing.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use object::read::ReadRef;
use object::{
    Architecture, BinaryFormat, FileKind, NameOrOrdinal, Object, ObjectKind, ObjectSection,
    ObjectSegment,
};

use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::{PrivateCopy, open_without_waiting};
use crate::host::load::check_elf;
use crate::metadata::decode::read;
use crate::metadata::{MetadataError, PluginMetadata, SECTION};

/// The longest metadata that is read.
pub(crate) const MAX_METADATA: u64 = 16 << 20;

/// Why a file cannot be inspected: it is no plugin, or damaged.
///
/// ```
/// let error = plugin_interface::inspect("Cargo.toml").unwrap_err();
/// assert!(matches!(error, plugin_interface::InspectError::NotALibrary { .. }));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a dynamic library of any platform.
    #[error("{} is not a dynamic library: {reason}; name one, or build it again", path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library lacks a part of itself.
    #[error("{} is damaged or incomplete: {reason}; build or copy it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library is for another kind of machine.
    #[error(
        "{} is a library for {found}, this host runs on {}; build it for this machine",
        path.display(),
        machine()
    )]
    OtherMachine {
        /// The file.
        path: PathBuf,
        /// What it is for.
        found: String,
    },
    /// The library has no metadata: it was not built as a plugin.
    #[error(
        "{} is a library, but no plugin: it has no section {SECTION}; a plugin says #[plugin_aggregates(..)] at its crate root",
        path.display()
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
    },
    /// The metadata is damaged, or of another format.
    #[error("{}: its metadata cannot be read", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: MetadataError,
    },
}

/// Reads what a library says of itself, and executes none of it.
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

/// Reads what a library says of itself from its content, as [`inspect`] does
/// from its file.
///
/// # Errors
///
/// As [`inspect`]; the path of the error is empty.
///
/// ```
/// assert!(plugin_interface::inspect_bytes(b"not a library").is_err());
/// ```
pub fn inspect_bytes(library: &[u8]) -> Result<PluginMetadata, InspectError> {
    let (path, len) = (Path::new(""), library.len() as u64);
    if let Ok(FileKind::Elf64) = FileKind::parse(library) {
        return check_elf::check(path, library, len, AnyMachine::Allowed);
    }
    Binary::parse(path, library, len)?.metadata()
}

/// The functions and data that a library offers to others, by name, as its
/// dynamic symbol table has them. Executes nothing.
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
    let pages = open_regular(path)?;
    Binary::parse(path, &pages, pages.len())?.exports()
}

/// Whether a library for another machine is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyMachine {
    Allowed,
    Refused,
}

/// Checks a private copy of a library for this machine; errors name it `path`.
pub(crate) fn check_copy(
    path: &Path,
    copy: &mut PrivateCopy,
) -> Result<PluginMetadata, InspectError> {
    let pages = copy.pages().map_err(|source| unreadable(path, source))?;
    check(path, &pages, AnyMachine::Refused)
}

/// Checks what is too large to be copied for nothing.
pub(crate) fn glance(path: &Path, file: &PagedFile) -> Result<(), InspectError> {
    check(path, file, AnyMachine::Refused).map(drop)
}

/// Checks a file, of which it reads only the headers and the one section.
pub(crate) fn check(
    path: &Path,
    file: &PagedFile,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    let len = not_empty(path, file.len())?;
    if let Ok(FileKind::Elf64) = FileKind::parse(file) {
        return check_elf::check(path, file, len, machine);
    }
    let binary = Binary::parse(path, file, len)?;
    if machine == AnyMachine::Refused {
        binary.check_machine()?;
    }
    binary.metadata()
}

/// Opens a regular file to be read by pages.
pub(crate) fn open_regular(path: &Path) -> Result<PagedFile, InspectError> {
    let unreadable = |source| unreadable(path, source);
    let file = open_without_waiting(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    match metadata.is_file() {
        true => Ok(PagedFile::new(file, metadata.len())),
        false => Err(not_a_library(path, "it is no regular file".to_owned())),
    }
}

fn not_empty(path: &Path, len: u64) -> Result<u64, InspectError> {
    match len {
        0 => Err(not_a_library(path, "it is empty".to_owned())),
        len => Ok(len),
    }
}

pub(crate) fn unreadable(path: &Path, source: io::Error) -> InspectError {
    InspectError::Read { path: path.to_owned(), source }
}

fn not_a_library(path: &Path, reason: String) -> InspectError {
    InspectError::NotALibrary { path: path.to_owned(), reason }
}

/// A dynamic library whose headers lead to nothing outside of it.
pub(crate) struct Binary<'p, 'd, R: ReadRef<'d>> {
    path: &'p Path,
    pub(crate) file: object::File<'d, R>,
}

impl<'p, 'd, R: ReadRef<'d>> Binary<'p, 'd, R> {
    pub(crate) fn parse(path: &'p Path, data: R, len: u64) -> Result<Self, InspectError> {
        FileKind::parse(data)
            .map_err(|_| not_a_library(path, "its header is of no known format".to_owned()))?;
        let file = object::File::parse(data).map_err(|error| damaged(path, error.to_string()))?;
        if file.kind() != ObjectKind::Dynamic {
            return Err(not_a_library(path, format!("it is {}", describe(file.kind()))));
        }
        for segment in file.segments() {
            let (offset, size) = segment.file_range();
            if offset.checked_add(size).is_none_or(|end| end > len) {
                let reason = format!("a segment ends beyond the file's {len} bytes");
                return Err(damaged(path, reason));
            }
        }
        Ok(Binary { path, file })
    }

    fn check_machine(&self) -> Result<(), InspectError> {
        let (architecture, format) = (self.file.architecture(), self.file.format());
        if is_foreign((architecture, format)) {
            let found = format!("{architecture:?} ({format:?})");
            return Err(InspectError::OtherMachine { path: self.path.to_owned(), found });
        }
        Ok(())
    }

    fn metadata(&self) -> Result<PluginMetadata, InspectError> {
        let path = || self.path.to_owned();
        let section = self
            .file
            .section_by_name(SECTION)
            .or_else(|| self.file.section_by_name("__plugin"))
            .ok_or_else(|| match self.has_section_names() {
                true => InspectError::NotAPlugin { path: path() },
                false => damaged(self.path, "its table of sections is blank".to_owned()),
            })?;
        if section.size() > MAX_METADATA {
            return Err(damaged(self.path, format!("{} bytes of metadata", section.size())));
        }
        let bytes = section.data().map_err(|error| damaged(self.path, error.to_string()))?;
        read(bytes).map_err(|source| InspectError::Metadata { path: path(), source })
    }

    /// Whether the table of sections was written; its place may be reserved by
    /// a writer that comes to it last.
    fn has_section_names(&self) -> bool {
        self.file.sections().any(|section| section.name().is_ok_and(|name| !name.is_empty()))
    }

    pub(crate) fn exports(&self) -> Result<BTreeSet<String>, InspectError> {
        let unreadable = |error: object::Error| damaged(self.path, error.to_string());
        let mut names = BTreeSet::new();
        for export in self.file.exports().map_err(unreadable)? {
            if let NameOrOrdinal::Name(name) = export.map_err(unreadable)?.name() {
                names.insert(String::from_utf8_lossy(name).into_owned());
            }
        }
        Ok(names)
    }
}

pub(crate) fn damaged(path: &Path, reason: String) -> InspectError {
    InspectError::Damaged { path: path.to_owned(), reason }
}

pub(crate) fn describe(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Executable => "a program",
        ObjectKind::Relocatable => "an object file",
        ObjectKind::Core => "a core dump",
        _ => "something else",
    }
}

/// This machine, as `object` would name it; `None` where we do not know.
fn expected() -> (Option<Architecture>, BinaryFormat) {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => Some(Architecture::X86_64),
        "x86" => Some(Architecture::I386),
        "aarch64" => Some(Architecture::Aarch64),
        "arm" => Some(Architecture::Arm),
        "riscv64" => Some(Architecture::Riscv64),
        _ => None,
    };
    let format = if cfg!(windows) {
        BinaryFormat::Pe
    } else if cfg!(target_vendor = "apple") {
        BinaryFormat::MachO
    } else {
        BinaryFormat::Elf
    };
    (architecture, format)
}

pub(crate) fn is_foreign((architecture, format): (Architecture, BinaryFormat)) -> bool {
    let (expected_architecture, expected_format) = expected();
    format != expected_format || expected_architecture.is_some_and(|e| e != architecture)
}

fn machine() -> String {
    let (_, format) = expected();
    format!("{} ({format:?})", std::env::consts::ARCH)
}
