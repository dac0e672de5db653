//! The system and the processor that a library was built for.

use core::fmt;
use std::path::Path;

use crate::host::error::InspectError;
use crate::host::load::check::{open_regular, parse};
use crate::host::load::headers::Headers;
use crate::host::load::universal::architectures;
use crate::host::platform::machine::{is_foreign, named, processor, system};

/// The system and the processor that a library was built for, from its headers.
///
/// `Display` prints both, such as `Windows on x86_64`. A universal file of macOS is
/// for several processors: `macOS on x86_64 and aarch64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltFor {
    text: String,
    ours: bool,
}

impl BuiltFor {
    /// Returns `true` if a host like this one can load the library.
    pub fn is_this_machine(&self) -> bool {
        self.ours
    }
}

impl fmt::Display for BuiltFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns the system and the processor that a library is for. Executes nothing.
///
/// The format of the file decides: an ELF file is for Linux, a PE file for Windows,
/// a Mach-O file for macOS. The name of the file does not matter.
///
/// # Errors
///
/// As [`inspect`](crate::inspect), whether or not the library is a plugin.
///
/// ```
/// assert!(plugin_interface::built_for("Cargo.toml").is_err());
/// ```
pub fn built_for(path: impl AsRef<Path>) -> Result<BuiltFor, InspectError> {
    let path = path.as_ref();
    let file = open_regular(path)?;
    // The one that this host would load.
    let library = parse(path, &file, file.len())?;
    let (architecture, format, endianness) = Headers::machine(&library);
    let ours = !is_foreign(architecture, format, endianness);
    let text = match architectures(path, &file)? {
        Some(all) => {
            let names: Vec<_> = all.into_iter().map(processor).collect();
            format!("{} on {}", system(format), names.join(" and "))
        }
        None => named(architecture, format, endianness),
    };
    Ok(BuiltFor { text, ours })
}
