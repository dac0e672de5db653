//! The crates in a library, as `cargo auditable` writes them into it.

use std::fmt::Display;
use std::path::Path;

use anyhow::anyhow;
use auditable_info::{Error, Limits, audit_info_from_file};
use auditable_serde::{DependencyKind, Package, VersionInfo};
use serde::Serialize;

/// A crate in a library.
#[derive(Serialize)]
pub(crate) struct ContainedCrate {
    pub(crate) name: String,
    pub(crate) version: String,
    source: String,
    /// `true` for one that ran when the library was built.
    pub(crate) build: bool,
}

/// The longest list, which is that of ten thousand crates: it is sorted in quadratic
/// time.
const MOST: usize = 1 << 20;

/// The longest name of a crate. Each dependency on it, which is a few bytes of the list,
/// is written by this name.
const NAME: usize = 256;

/// Reads the crates in a library; `None` if it does not list them. The list is
/// unpacked up to 1 MiB.
pub(crate) fn read(library: &Path) -> anyhow::Result<Option<VersionInfo>> {
    let limits = Limits { decompressed_json_size: MOST, ..Limits::default() };
    let bad = |problem: &dyn Display| {
        let name = library.display();
        anyhow!(
            "{name}: expected a list of crates, as `cargo auditable` writes it in .dep-v0; {problem}"
        )
    };
    let info = match audit_info_from_file(library, limits) {
        Ok(info) => info,
        // What has no sections that are understood lists nothing.
        Err(Error::NoAuditData | Error::BinaryParsing(_)) => return Ok(None),
        Err(Error::Io(error)) => return Err(bad(&error)),
        Err(Error::InputLimitExceeded) => {
            return Err(bad(&format!("the file has more than {} bytes", limits.input_file_size)));
        }
        Err(Error::OutputLimitExceeded) => {
            let most = limits.decompressed_json_size;
            return Err(bad(&format!("found more than {most} bytes of text")));
        }
        Err(Error::Decompression(error)) => {
            return Err(bad(&format!("found no sound zlib data: {error}")));
        }
        Err(Error::Json(error)) => return Err(bad(&format!("found other JSON: {error}"))),
        Err(Error::Utf8(error)) => return Err(bad(&format!("found no UTF-8: {error}"))),
    };
    let count = info.packages.len();
    if info.packages.iter().any(|package| package.name.len() > NAME) {
        return Err(bad(&format!("found a name of a crate with more than {NAME} bytes")));
    }
    let used = info.packages.iter().flat_map(|package| &package.dependencies);
    match used.into_iter().find(|&&on| on >= count) {
        Some(on) => Err(bad(&format!("found a dependency on crate {on} of {count}"))),
        None => Ok(Some(info)),
    }
}

/// Returns `true` for a crate that ran when the library was built.
pub(crate) fn is_of_build(package: &Package) -> bool {
    package.kind == DependencyKind::Build
}

/// Lists the crates but for the library's own, sorted by name.
pub(crate) fn listed(info: &VersionInfo) -> Vec<ContainedCrate> {
    let others = info.packages.iter().filter(|package| !package.root);
    let mut all: Vec<_> = others
        .map(|package| ContainedCrate {
            name: package.name.clone(),
            version: package.version.to_string(),
            source: package.source.clone().into(),
            build: is_of_build(package),
        })
        .collect();
    all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    all
}
