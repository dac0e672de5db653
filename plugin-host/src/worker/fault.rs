//! A fault of a call that returned, as a child process reports it.

use plugin_interface::dynamic::DynamicError;
use serde::{Deserialize, Serialize};

/// The number of the call that runs, after the last one.
pub(crate) const ALL_MADE: u64 = u64::MAX;

/// What is wrong with a call that returned.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fault {
    Panicked,
    Invalid,
}

impl Fault {
    pub(crate) fn of(error: &DynamicError) -> Option<Fault> {
        match error {
            DynamicError::Panicked { .. } => Some(Fault::Panicked),
            DynamicError::Invalid { .. } => Some(Fault::Invalid),
            _ => None,
        }
    }
}

/// A line of the report: a call that returned and is wrong.
#[derive(Deserialize, Serialize)]
pub(crate) struct FoundFault {
    pub(crate) number: u64,
    pub(crate) fault: Fault,
    pub(crate) message: String,
}
