//! One file for each command.

pub(crate) mod list;
pub(crate) mod run;

use plugin_interface::LoadError;

use crate::exit::Exit;

/// How a command ended that returned an error.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    error.downcast_ref::<LoadError>().map_or(Exit::Failed, Exit::from)
}
