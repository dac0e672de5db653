//! The stages of a load.

use core::fmt;

/// The stages of a load, in their order.
///
/// ```
/// use plugin_interface::{LoadError, Stage};
///
/// let error = LoadError::StillWritten { path: "libgreeter.so".into() };
/// assert_eq!(error.stage(), Stage::Settle);
/// assert_eq!(error.stage().to_string(), "settle");
/// assert!(error.stage() < Stage::Open, "nothing of the library ran");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Finding candidates in a directory.
    Discover,
    /// Waiting for writers, and checking who may modify the file.
    Settle,
    /// Creating the private copy.
    Copy,
    /// Reading headers and metadata.
    Check,
    /// Comparing with the policy and what the host asks for.
    Admit,
    /// Trying it in a child process.
    Probe,
    /// Mapping it into this process.
    Open,
    /// Handing over the host's services.
    Connect,
    /// Creating the instances.
    Make,
    /// Restoring the state of the version before.
    Restore,
    /// Starting the instances that have a lifecycle.
    Start,
    /// Making it the current version.
    Publish,
}

impl Stage {
    pub(crate) const ALL: [Stage; 12] = [
        Stage::Discover,
        Stage::Settle,
        Stage::Copy,
        Stage::Check,
        Stage::Admit,
        Stage::Probe,
        Stage::Open,
        Stage::Connect,
        Stage::Make,
        Stage::Restore,
        Stage::Start,
        Stage::Publish,
    ];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Discover => "discover",
            Stage::Settle => "settle",
            Stage::Copy => "copy",
            Stage::Check => "check",
            Stage::Admit => "admit",
            Stage::Probe => "probe",
            Stage::Open => "open",
            Stage::Connect => "connect",
            Stage::Make => "make",
            Stage::Restore => "restore",
            Stage::Start => "start",
            Stage::Publish => "publish",
        })
    }
}
