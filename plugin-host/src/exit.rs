//! How a command ended, as a number for scripts.

use std::io;
use std::process::{ExitCode, ExitStatus};

use plugin_interface::dynamic::DynamicCallError;
use plugin_interface::{HotError, InspectError, LoadError, PolicyError};

/// The exit codes of `plugin-host`, the mildest first.
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
    /// All well.
    Ok = 0,
    /// Something failed, and it is none of the below.
    Failed = 1,
    /// The arguments make no sense, or name what is not there.
    Usage = 2,
    /// A plugin and the host do not fit together.
    Incompatible = 3,
    /// A plugin was refused by policy.
    Refused = 4,
    /// A plugin crashed or panicked.
    Crashed = 5,
    /// A plugin did not answer in time.
    TimedOut = 6,
}

impl Exit {
    /// How a child process of this program ended; `None` if by a signal, or
    /// with a code that is none of ours.
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

/// Whether somebody named a file that is not there.
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

/// How a command ended that returned an error.
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
    fn the_numbers_are_the_documented_ones() {
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
