//! The outcome of a reload.

use crate::host::load::timings::StageTimes;

/// The outcome of a successful [`reload`](super::Live::reload).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// The file is the current version.
    Unchanged,
    /// A new version is current.
    Replaced {
        /// Its number.
        generation: u64,
        /// The duration of each stage.
        times: StageTimes,
    },
}
