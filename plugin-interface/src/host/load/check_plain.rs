//! Check, for a plain library: as sound as a plugin, but without metadata.
//! Reads the symbols that a host is about to use; runs nothing.

use std::collections::BTreeSet;
use std::path::Path;

use object::read::ReadRef;
use object::{Object, ObjectSegment, ObjectSymbol, ObjectSymbolTable, SymbolKind};

use crate::host::error::InspectError;
use crate::host::file::paged::PagedFile;
use crate::host::load::check::{AnyMachine, check, exports, parse};

/// The symbols that a plain library defines.
#[derive(Debug, Default)]
pub(crate) struct PlainLibrary {
    /// The names of all symbols.
    pub(crate) defined: BTreeSet<String>,
    /// The names of variables.
    pub(crate) variables: BTreeSet<String>,
    /// The value of the constant that was asked for.
    pub(crate) constant: Option<u32>,
}

/// Checks a library file, and reads the symbols that it defines.
pub(crate) fn check_plain_library(
    path: &Path,
    file: &PagedFile,
    constant: Option<&str>,
) -> Result<PlainLibrary, InspectError> {
    check_sound(path, file)?;
    let library = parse(path, file, file.len())?;
    Ok(PlainLibrary {
        defined: exports(path, &library)?,
        variables: variables(&library),
        constant: constant.and_then(|name| value(&library, name)),
    })
}

/// Checks everything but what only a plugin has.
pub(crate) fn check_sound(path: &Path, file: &PagedFile) -> Result<(), InspectError> {
    match check(path, file, AnyMachine::Refused) {
        // The last checks; all before them are the same for a plugin.
        Ok(_) | Err(InspectError::NotAPlugin { .. } | InspectError::Metadata { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn variables<'d, R: ReadRef<'d>>(file: &object::File<'d, R>) -> BTreeSet<String> {
    let symbols = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    let variables = symbols.filter(|s| matches!(s.kind(), SymbolKind::Data | SymbolKind::Tls));
    variables.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect()
}

/// The value in the file of a constant of four bytes.
fn value<'d, R: ReadRef<'d>>(file: &object::File<'d, R>, name: &str) -> Option<u32> {
    let symbol = file
        .dynamic_symbol_table()?
        .symbols()
        .find(|symbol| symbol.is_definition() && symbol.size() == 4 && symbol.name() == Ok(name))?;
    let within = |segment: object::Segment<'d, '_, R>| {
        segment.data_range(symbol.address(), symbol.size()).ok().flatten()
    };
    let bytes = file.segments().find_map(within)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}
