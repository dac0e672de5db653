//! The exceptions from the approval that a policy asks for.

use core::fmt;

/// The exception by which a file needs less approval than others.
///
/// It prints as `unsigned` or `folder`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrustException {
    /// It has no signature, and its name is that of
    /// [`LoadPolicy::allow_unsigned`](crate::LoadPolicy::allow_unsigned).
    Unsigned,
    /// It is in a folder of
    /// [`LoadPolicy::allow_unapproved_in`](crate::LoadPolicy::allow_unapproved_in).
    Folder,
}

impl fmt::Display for TrustException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrustException::Unsigned => "unsigned",
            TrustException::Folder => "folder",
        })
    }
}
