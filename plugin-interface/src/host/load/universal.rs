//! Universal files of macOS: a library for each of several processors.

use std::path::Path;

use object::macho::{FatArch32, FatArch64};
use object::read::ReadRef;
use object::read::macho::{FatArch, MachOFatFile};
use object::{Architecture, FileKind};

use crate::host::error::inspect::{InspectError, damaged, not_a_library};
use crate::host::file::part::Part;
use crate::host::platform::machine::architecture;

/// Files with more libraries are none: the files of Java classes begin with the
/// same four bytes, and then their version.
const MOST: usize = 42;

/// A library in the file: its processor, and the place where it lies.
struct Member {
    architecture: Architecture,
    range: (u64, u64),
}

/// Returns the library that this host would load: in a universal file the one for
/// its own processor, or the first if there is none. Any other file is one library.
pub(super) fn library_in<'d, R: ReadRef<'d>>(
    path: &Path,
    data: R,
    len: u64,
) -> Result<Part<R>, InspectError> {
    let Some(members) = members(path, data)? else { return Ok(Part::new(data, 0, len)) };
    let ours = members.iter().find(|member| Some(member.architecture) == architecture());
    let Some(Member { range: (start, size), .. }) = ours.or(members.first()) else {
        return Err(not_a_library(path, "it is a universal file without a library".to_owned()));
    };
    if start.checked_add(*size).is_none_or(|end| end > len) {
        return Err(damaged(path, format!("a library in it ends beyond the file's {len} bytes")));
    }
    Ok(Part::new(data, *start, *size))
}

/// Returns the processors of a universal file, in their order; `None` for any other
/// file.
pub(super) fn architectures<'d, R: ReadRef<'d>>(
    path: &Path,
    data: R,
) -> Result<Option<Vec<Architecture>>, InspectError> {
    let members = members(path, data)?;
    Ok(members.map(|members| members.iter().map(|member| member.architecture).collect()))
}

fn members<'d, R: ReadRef<'d>>(path: &Path, data: R) -> Result<Option<Vec<Member>>, InspectError> {
    match FileKind::parse(data) {
        Ok(FileKind::MachOFat32) => read::<FatArch32, R>(path, data).map(Some),
        Ok(FileKind::MachOFat64) => read::<FatArch64, R>(path, data).map(Some),
        _ => Ok(None),
    }
}

fn read<'d, F: FatArch, R: ReadRef<'d>>(path: &Path, data: R) -> Result<Vec<Member>, InspectError> {
    let count = data.read_bytes_at(4, 4).ok().and_then(|count| count.try_into().ok());
    if count.is_some_and(|count| u32::from_be_bytes(count) as usize > MOST) {
        return Err(not_a_library(path, "its header is of no known format".to_owned()));
    }
    let file = MachOFatFile::<F>::parse(data).map_err(|error| damaged(path, error.to_string()))?;
    let member = |arch: &F| Member { architecture: arch.architecture(), range: arch.file_range() };
    Ok(file.arches().iter().map(member).collect())
}
