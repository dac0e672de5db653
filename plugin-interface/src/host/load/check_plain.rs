//! Check, for a plain library: as sound as a plugin, but without metadata.
//! Reads what it defines of what a host is about to use; runs nothing.

use std::collections::BTreeSet;
use std::path::Path;

use object::read::ReadRef;
use object::{Object, ObjectSegment, ObjectSymbol, ObjectSymbolTable, SymbolKind};

use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::load::check::{AnyMachine, Binary, InspectError, check, unreadable};

/// What a plain library defines.
#[derive(Debug, Default)]
pub(crate) struct PlainLibrary {
    /// All names, of whatever.
    pub(crate) defined: BTreeSet<String>,
    /// Those of variables.
    pub(crate) variables: BTreeSet<String>,
    /// The value of the constant that was asked for.
    pub(crate) constant: Option<u32>,
}

/// Checks a private copy; errors name it `path`.
pub(crate) fn check_plain(
    path: &Path,
    copy: &mut PrivateCopy,
    constant: Option<&str>,
) -> Result<PlainLibrary, InspectError> {
    let pages = copy.pages().map_err(|source| unreadable(path, source))?;
    glance(path, &pages)?;
    let binary = Binary::parse(path, &pages, pages.len())?;
    Ok(PlainLibrary {
        defined: binary.exports()?,
        variables: variables(&binary.file),
        constant: constant.and_then(|name| value(&binary.file, name)),
    })
}

/// Checks all but what is asked of a plugin.
pub(crate) fn glance(path: &Path, file: &PagedFile) -> Result<(), InspectError> {
    match check(path, file, AnyMachine::Refused) {
        // The last of the checks, which are the same up to there.
        Ok(_) | Err(InspectError::NotAPlugin { .. } | InspectError::Metadata { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn variables<'d, R: ReadRef<'d>>(file: &object::File<'d, R>) -> BTreeSet<String> {
    let symbols = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    let variables = symbols.filter(|s| matches!(s.kind(), SymbolKind::Data | SymbolKind::Tls));
    variables.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect()
}

/// The value of a constant of four bytes, as the file has it.
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
