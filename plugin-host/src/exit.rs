//! The exit codes of the program.

use std::fmt;
use std::process::{ExitCode, ExitStatus};

use plugin_interface::dynamic::{DynamicCallError, DynamicError};
#[cfg(unix)]
use plugin_interface::process::WorkerError;
use plugin_interface::{
    ConfigurationError, ErrorClass, HotError, InspectError, LoadError, LockError, PolicyError,
    SignatureError,
};

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
        Exit::of_number(status.code()?.try_into().ok()?)
    }

    /// Returns the exit code with that number.
    pub(crate) fn of_number(number: u8) -> Option<Exit> {
        use Exit::*;
        let all = [Ok, Failed, Usage, Incompatible, Refused, Crashed, TimedOut];
        all.into_iter().find(|exit| *exit as u8 == number)
    }
}

impl From<ErrorClass> for Exit {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Failed => Exit::Failed,
            ErrorClass::Usage => Exit::Usage,
            ErrorClass::Incompatible => Exit::Incompatible,
            ErrorClass::Refused => Exit::Refused,
            ErrorClass::Crashed => Exit::Crashed,
            ErrorClass::TimedOut => Exit::TimedOut,
        }
    }
}

impl From<&LoadError> for Exit {
    fn from(error: &LoadError) -> Self {
        error.class().into()
    }
}

impl From<&InspectError> for Exit {
    fn from(error: &InspectError) -> Self {
        error.class().into()
    }
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

impl From<&DynamicError> for Exit {
    fn from(error: &DynamicError) -> Self {
        use DynamicError::{Arguments, Arity, NoMethod, Panicked, Type};
        match error {
            NoMethod { .. } | Arguments { .. } | Arity { .. } | Type { .. } => Exit::Usage,
            Panicked { .. } => Exit::Crashed,
            _ => Exit::Failed,
        }
    }
}

#[cfg(unix)]
impl From<&WorkerError> for Exit {
    fn from(error: &WorkerError) -> Self {
        match error {
            WorkerError::Load(error) => Exit::from(error),
            WorkerError::Call(error) => Exit::from(error),
            WorkerError::Died { .. }
            | WorkerError::Nonsense { .. }
            | WorkerError::Ended { .. }
            | WorkerError::Gone { .. }
            | WorkerError::GivenUp { .. } => Exit::Crashed,
            WorkerError::TimedOut { .. } => Exit::TimedOut,
            WorkerError::TooLong { .. } => Exit::Usage,
            WorkerError::NotSandboxed { .. } => Exit::Refused,
            _ => Exit::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// An argument that is of no use, with what to write instead.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Returns the exit code for the error of a command.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<PolicyError>() || error.is::<UsageError>() {
        return Exit::Usage;
    }
    if let Some(error) = error.downcast_ref::<LockError>() {
        return error.class().into();
    }
    if let Some(error) = error.downcast_ref::<SignatureError>() {
        return error.class().into();
    }
    if let Some(error) = error.downcast_ref::<ConfigurationError>() {
        return error.class().into();
    }
    if let Some(error) = error.downcast_ref::<HotError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<DynamicCallError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<DynamicError>() {
        return Exit::from(error);
    }
    #[cfg(unix)]
    if let Some(error) = error.downcast_ref::<WorkerError>() {
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

    #[cfg(unix)]
    #[test]
    fn a_process_that_has_gone_has_crashed() {
        use plugin_interface::process::WorkerError;

        let (path, method) = ("libx.so".into(), "f".to_owned());
        let text = || "the process was killed by SIGABRT".to_owned();
        let ended = WorkerError::Ended { path, method, cause: text() };
        let gone = WorkerError::Gone { path: "libx.so".into(), cause: text() };
        let given_up = WorkerError::GivenUp { path: "libx.so".into(), deaths: 3, last: text() };
        for error in [ended, gone, given_up] {
            assert_eq!(Exit::from(&error), Exit::Crashed, "{error}");
        }
        let refused = WorkerError::Refused { message: text() };
        assert_eq!(Exit::from(&refused), Exit::Failed);
    }
}
