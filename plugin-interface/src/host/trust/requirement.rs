//! The approval that a policy asks for.

use core::fmt;

/// The approval that a library needs.
///
/// A file that is in a lock and differs from it is refused at every level, and
/// so is a signature that a trusted key did not make although it says so.
///
/// ```
/// use plugin_interface::{LoadPolicy, Requirement};
///
/// // Files that are not in the lock load too.
/// let policy = LoadPolicy::new().require(Requirement::Any);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// None. The default without a lock and without keys.
    #[default]
    Any,
    /// It must be in the lock. The default with a lock.
    Locked,
    /// It must be signed by a trusted key. The default with keys.
    Signed,
    /// Both. The default with a lock and keys.
    LockedAndSigned,
}

impl Requirement {
    pub(super) fn is_locked(self) -> bool {
        matches!(self, Requirement::Locked | Requirement::LockedAndSigned)
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self, Requirement::Signed | Requirement::LockedAndSigned)
    }
}

/// Writes `any`, `locked`, `signed` or `locked-and-signed`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Requirement::Any => "any",
            Requirement::Locked => "locked",
            Requirement::Signed => "signed",
            Requirement::LockedAndSigned => "locked-and-signed",
        })
    }
}
