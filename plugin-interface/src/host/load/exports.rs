//! The symbols that a library exports, whatever its format.

use std::collections::BTreeMap;
use std::path::Path;

use object::read::{ExportTarget, ReadRef};
use object::{BinaryFormat, NameOrOrdinal, Object};

use crate::host::error::inspect::{InspectError, damaged};

/// The place of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// This address, as the file has it.
    Address(u64),
    /// The block of a thread.
    ThreadLocal,
    /// Another library, or none.
    Elsewhere,
}

/// Returns the names that a library exports, as a program in C spells them.
pub(super) fn exports<'d, R: ReadRef<'d>>(
    path: &Path,
    file: &object::File<'d, R>,
) -> Result<BTreeMap<String, Place>, InspectError> {
    let unreadable = |error: object::Error| damaged(path, error.to_string());
    let mut names = BTreeMap::new();
    for export in file.exports().map_err(unreadable)? {
        let export = export.map_err(unreadable)?;
        let NameOrOrdinal::Name(name) = export.name() else { continue };
        let name = spelled(file.format(), name);
        let place = match export.target() {
            ExportTarget::Address { address } => Place::Address(address),
            ExportTarget::Tls { .. } | ExportTarget::TlvDescriptor { .. } => Place::ThreadLocal,
            _ => Place::Elsewhere,
        };
        names.insert(String::from_utf8_lossy(name).into_owned(), place);
    }
    Ok(names)
}

/// Compilers for macOS put an underscore before each name.
fn spelled(format: BinaryFormat, name: &[u8]) -> &[u8] {
    match format {
        BinaryFormat::MachO => name.strip_prefix(b"_").unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_in_c() {
        assert_eq!(spelled(BinaryFormat::MachO, b"_add"), b"add");
        assert_eq!(spelled(BinaryFormat::MachO, b"__add"), b"_add");
        assert_eq!(spelled(BinaryFormat::Elf, b"_add"), b"_add");
        assert_eq!(spelled(BinaryFormat::Pe, b"_add"), b"_add");
    }
}
