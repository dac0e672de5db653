//! Check: a sound library of this machine, with metadata. Reads, runs nothing.

use std::io;
use std::path::{Path, PathBuf};

use object::read::ReadCache;
use object::{Architecture, BinaryFormat, Object, ObjectKind, ObjectSection, ObjectSegment};

use super::copy::open_without_waiting;
use crate::metadata::read::read;
use crate::metadata::{MetadataError, PluginMetadata, SECTION};

/// The longest metadata that is read.
const MAX_METADATA: u64 = 16 << 20;

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
    #[error("{} is not a dynamic library: {reason}; remove it, or build it again", path.display())]
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
    #[error("{}: its metadata cannot be read: {source}", path.display())]
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
    check(path.as_ref(), path.as_ref(), AnyMachine::Allowed)
}

/// Whether a library for another machine is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyMachine {
    Allowed,
    Refused,
}

/// Checks the file at `copy`; errors name it `path`.
pub(crate) fn check(
    path: &Path,
    copy: &Path,
    machine: AnyMachine,
) -> Result<PluginMetadata, InspectError> {
    let path = || path.to_owned();
    let unreadable = |source| InspectError::Read { path: path(), source };
    let file = open_without_waiting(copy).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        let reason = "it is no regular file".to_owned();
        return Err(InspectError::NotALibrary { path: path(), reason });
    }
    if metadata.len() == 0 {
        let reason = "it is empty".to_owned();
        return Err(InspectError::NotALibrary { path: path(), reason });
    }
    let not_a_library = |reason| InspectError::NotALibrary { path: path(), reason };
    let damaged = |reason: String| InspectError::Damaged { path: path(), reason };

    // Reads only the headers and the one section, a page at a time.
    let cache = ReadCache::new(file);
    object::FileKind::parse(&cache)
        .map_err(|_| not_a_library("its header is of no known format".into()))?;
    let binary = object::File::parse(&cache).map_err(|error| damaged(error.to_string()))?;
    if binary.kind() != ObjectKind::Dynamic {
        let found = format!("it is {}", describe(binary.kind()));
        return Err(not_a_library(found));
    }
    for segment in binary.segments() {
        let (offset, size) = segment.file_range();
        if offset.checked_add(size).is_none_or(|end| end > metadata.len()) {
            let len = metadata.len();
            let reason = format!("a segment ends beyond the file's {len} bytes");
            return Err(damaged(reason));
        }
    }
    if machine == AnyMachine::Refused {
        let found = (binary.architecture(), binary.format());
        if is_foreign(found) {
            let found = format!("{:?} ({:?})", found.0, found.1);
            return Err(InspectError::OtherMachine { path: path(), found });
        }
    }
    let section = binary
        .section_by_name(SECTION)
        .or_else(|| binary.section_by_name("__plugin"))
        .ok_or_else(|| InspectError::NotAPlugin { path: path() })?;
    if section.size() > MAX_METADATA {
        return Err(damaged(format!("{} bytes of metadata", section.size())));
    }
    let bytes = section.data().map_err(|error| damaged(error.to_string()))?;
    read(bytes).map_err(|source| InspectError::Metadata { path: path(), source })
}

fn describe(kind: ObjectKind) -> &'static str {
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

fn is_foreign((architecture, format): (Architecture, BinaryFormat)) -> bool {
    let (expected_architecture, expected_format) = expected();
    format != expected_format || expected_architecture.is_some_and(|e| e != architecture)
}

fn machine() -> String {
    let (_, format) = expected();
    format!("{} ({format:?})", std::env::consts::ARCH)
}
