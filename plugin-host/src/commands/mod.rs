//! One file for each command.

pub(crate) mod call_function;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod header;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod run;
pub(crate) mod watch;
pub(crate) mod watch_function;

use std::env::consts::DLL_EXTENSION;
use std::path::Path;

/// Says of a directory that it has no plugins.
fn nothing_in(directory: &Path) -> String {
    format!(
        "no plugins in {}: there is no file *.{DLL_EXTENSION}; a plugin crate says crate-type = [\"cdylib\"]",
        directory.display()
    )
}
