//! A failed check.

use plugin_interface::abi::ENTRY_SYMBOL;
use plugin_interface::{InspectError, LoadError};

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
        FailedCheck { check: check_of(error), reason: describe(error), exit: Exit::from(error) }
    }
}

/// Returns the name of the check that a load error fails.
fn check_of(error: &LoadError) -> &'static str {
    match error {
        LoadError::WorldWritable { .. } => "writers",
        LoadError::Inspect(InspectError::NotALibrary { .. }) => "format",
        LoadError::Inspect(InspectError::Damaged { .. }) => "integrity",
        LoadError::Inspect(InspectError::OtherMachine { .. }) => "machine",
        LoadError::Inspect(InspectError::NotAPlugin { .. }) => "plugin",
        LoadError::Inspect(InspectError::Metadata { .. }) => "metadata",
        LoadError::NotPinned { .. } | LoadError::Denied { .. } | LoadError::StillMapped { .. } => {
            "policy"
        }
        LoadError::AbiVersion { .. } => "abi",
        LoadError::PanicAbort { .. } => "panics",
        LoadError::NoInterface { .. } | LoadError::NoRegistration { .. } => "implementations",
        LoadError::StillWritten { .. } | LoadError::Copy { .. } => "settled",
        LoadError::ProbeCrashed { .. }
        | LoadError::ProbeTimedOut { .. }
        | LoadError::ProbeNotStarted { .. } => "probe",
        LoadError::Open { .. } => "open",
        LoadError::MissingSymbol { symbol, .. } if symbol == ENTRY_SYMBOL => "entry",
        LoadError::Entry { .. } | LoadError::Connect { .. } => "entry",
        LoadError::Constructor { .. }
        | LoadError::ConstructorPanicked { .. }
        | LoadError::MakerReturnedNull { .. }
        | LoadError::MissingSymbol { .. }
        | LoadError::NothingMade { .. }
        | LoadError::Registration { .. } => "constructors",
        _ => "file",
    }
}
