//! The commands, one file or folder each.

pub(crate) mod call;
mod call_answer;
mod call_function;
mod call_in_child;
#[cfg(unix)]
mod call_isolated;
mod call_method;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dev;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod fuzz;
pub(crate) mod header;
pub(crate) mod inspect;
mod interface_name;
#[cfg(unix)]
mod isolation;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod run;
#[cfg(unix)]
mod run_isolated;
pub(crate) mod sign;
pub(crate) mod verify;
pub(crate) mod watch;
pub(crate) mod watch_function;

use std::env::consts::DLL_EXTENSION;
use std::path::Path;

/// Formats the message for a directory without plugins.
fn nothing_in(directory: &Path) -> String {
    format!(
        "no plugins in {}: it contains no file *.{DLL_EXTENSION}; a plugin crate needs crate-type = [\"cdylib\"]",
        directory.display()
    )
}
