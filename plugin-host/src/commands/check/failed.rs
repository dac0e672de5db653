//! A failed check.

use plugin_interface::LoadError;

use crate::exit::Exit;
use crate::output::describe;

/// The name of the check that failed, the reason, and the exit code.
pub(super) struct FailedCheck {
    pub(super) check: &'static str,
    pub(super) reason: String,
    pub(super) exit: Exit,
}

impl FailedCheck {
    pub(super) fn new(check: &'static str, reason: impl Into<String>) -> Self {
        FailedCheck { check, reason: reason.into(), exit: Exit::Failed }
    }
}

impl From<&LoadError> for FailedCheck {
    fn from(error: &LoadError) -> Self {
        FailedCheck { check: error.check(), reason: describe(error), exit: Exit::from(error) }
    }
}
