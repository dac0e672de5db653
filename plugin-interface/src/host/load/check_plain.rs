//! Check, for a plain library: as sound as a plugin, but without metadata.
//! Reads the symbols that a host is about to use; runs nothing.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use object::read::ReadRef;
use object::{
    BinaryFormat, Object, ObjectSection, ObjectSegment, ObjectSymbol, ObjectSymbolTable,
    SectionKind, SymbolKind,
};

use crate::host::error::InspectError;
use crate::host::file::paged::PagedFile;
use crate::host::load::check::{AnyMachine, check, parse};
use crate::host::load::exports::{Place, exports};

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
    let exports = exports(path, &library)?;
    Ok(PlainLibrary {
        variables: variables(&library, &exports),
        constant: constant.and_then(|name| value(&library, &exports, name)),
        defined: exports.into_keys().collect(),
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

/// Returns the names of variables.
fn variables<'d, R: ReadRef<'d>>(
    file: &object::File<'d, R>,
    exports: &BTreeMap<String, Place>,
) -> BTreeSet<String> {
    if file.format() == BinaryFormat::Elf {
        let symbols = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
        let variables = symbols.filter(|s| matches!(s.kind(), SymbolKind::Data | SymbolKind::Tls));
        return variables.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect();
    }
    // The other formats do not tell: a function is in code.
    let code = code(file);
    let is_variable = |place: &Place| match place {
        Place::Address(address) => !code.iter().any(|code| code.contains(address)),
        Place::ThreadLocal => true,
        Place::Elsewhere => false,
    };
    let variables = exports.iter().filter(|(_, place)| is_variable(place));
    variables.map(|(name, _)| name.clone()).collect()
}

/// Returns the addresses of the code of a library.
fn code<'d, R: ReadRef<'d>>(file: &object::File<'d, R>) -> Vec<Range<u64>> {
    let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
    code.map(|section| section.address()..section.address().saturating_add(section.size()))
        .collect()
}

/// Returns the value in the file of a constant of four bytes.
fn value<'d, R: ReadRef<'d>>(
    file: &object::File<'d, R>,
    exports: &BTreeMap<String, Place>,
    name: &str,
) -> Option<u32> {
    let address = match file.format() {
        BinaryFormat::Elf => {
            let mut symbols = file.dynamic_symbol_table()?.symbols();
            let found = symbols.find(|symbol| {
                symbol.is_definition() && symbol.size() == 4 && symbol.name() == Ok(name)
            });
            found?.address()
        }
        // The other formats do not tell the size.
        _ => match exports.get(name)? {
            Place::Address(address) if !code(file).iter().any(|code| code.contains(address)) => {
                *address
            }
            _ => return None,
        },
    };
    let within =
        |segment: object::Segment<'d, '_, R>| segment.data_range(address, 4).ok().flatten();
    let bytes = file.segments().find_map(within)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}
