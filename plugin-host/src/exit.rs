//! The exit codes of the program.

use std::io;
use std::process::{ExitCode, ExitStatus};

use plugin_interface::dynamic::DynamicCallError;
use plugin_interface::{HotError, InspectError, LoadError, PolicyError};

/// The exit codes of `plugin-host`, from mildest to worst.
///
/// ```
/// use plugin_host::Exit;
///
/// assert_eq!(Exit::Incompatible as u8, 3);
/// assert_eq!(Exit::Failed.max(Exit::Crashed), Exit::Crashed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Success.
    Ok = 0,
    /// A failure other than those below.
    Failed = 1,
    /// Invalid arguments, or a file or directory that does not exist.
    Usage = 2,
    /// A plugin is incompatible with the host.
    Incompatible = 3,
    /// The policy refused a plugin.
    Refused = 4,
    /// A plugin crashed or panicked.
    Crashed = 5,
    /// A plugin did not answer in time.
    TimedOut = 6,
}

impl Exit {
    /// Returns the exit code of a child process of this program; `None` if a
    /// signal ended it or the code is not one of ours.
    pub(crate) fn of(status: ExitStatus) -> Option<Exit> {
        use Exit::*;
        let all = [Ok, Failed, Usage, Incompatible, Refused, Crashed, TimedOut];
        all.into_iter().find(|exit| Some(*exit as i32) == status.code())
    }
}

impl From<&LoadError> for Exit {
    fn from(error: &LoadError) -> Self {
        match error {
            LoadError::DirectoryMissing { .. } | LoadError::NotADirectory { .. } => Exit::Usage,
            LoadError::Read { source, .. } if is_missing(source) => Exit::Usage,
            LoadError::AbiVersion { .. }
            | LoadError::Mismatch { .. }
            | LoadError::OtherInterface { .. }
            | LoadError::PanicAbort { .. }
            | LoadError::Registration { .. }
            | LoadError::Entry { .. }
            | LoadError::Connect { .. } => Exit::Incompatible,
            LoadError::Inspect(error) => Exit::from(error),
            LoadError::WorldWritable { .. }
            | LoadError::NotPinned { .. }
            | LoadError::Denied { .. }
            | LoadError::StillMapped { .. } => Exit::Refused,
            LoadError::ConstructorPanicked { .. } | LoadError::ProbeCrashed { .. } => Exit::Crashed,
            LoadError::ProbeTimedOut { .. } => Exit::TimedOut,
            _ => Exit::Failed,
        }
    }
}

impl From<&InspectError> for Exit {
    fn from(error: &InspectError) -> Self {
        match error {
            InspectError::OtherMachine { .. } => Exit::Incompatible,
            InspectError::Read { source, .. } if is_missing(source) => Exit::Usage,
            _ => Exit::Failed,
        }
    }
}

/// Returns `true` if a file does not exist.
fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

impl From<&HotError> for Exit {
    fn from(error: &HotError) -> Self {
        match error {
            HotError::Load(error) => Exit::from(error),
            HotError::NoNames { .. } | HotError::Name { .. } => Exit::Usage,
            HotError::Signatures { .. } => Exit::Incompatible,
            _ => Exit::Failed,
        }
    }
}

impl From<&DynamicCallError> for Exit {
    fn from(error: &DynamicCallError) -> Self {
        match error {
            DynamicCallError::NotDefined(_) => Exit::Failed,
            _ => Exit::Usage,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Returns the exit code for the error of a command.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<PolicyError>() {
        return Exit::Usage;
    }
    if let Some(error) = error.downcast_ref::<HotError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<DynamicCallError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<InspectError>() {
        return Exit::from(error);
    }
    error.downcast_ref::<LoadError>().map_or(Exit::Failed, Exit::from)
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_numbers_are_as_documented() {
        let all = [
            Exit::Ok,
            Exit::Failed,
            Exit::Usage,
            Exit::Incompatible,
            Exit::Refused,
            Exit::Crashed,
            Exit::TimedOut,
        ];
        assert_eq!(all.map(|exit| exit as u8), [0, 1, 2, 3, 4, 5, 6]);
    }
}
