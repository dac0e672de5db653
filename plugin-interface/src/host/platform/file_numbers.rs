//! The numbers of a file, which each system has in its own way.

/// The numbers by which a system knows a file and its state. Zeros stand for
/// what its file system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct FileNumbers {
    /// The device or volume, and the number of the file there: no other file
    /// has both.
    pub(crate) file: (u64, u64),
    /// The seconds and nanoseconds since 1970 of the last change of its content
    /// or attributes.
    pub(crate) changed: (i64, i64),
}
