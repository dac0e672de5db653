//! The handle of an object.

/// The number of an object among those that a process has given or lent to the other
/// one. An object that has gone leaves its place to one of the next generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handle {
    pub(crate) index: u32,
    /// 0 for a plugin, which stays.
    pub(crate) generation: u32,
}

impl Handle {
    /// Returns that of a plugin, by its place in the library.
    pub(crate) fn of_plugin(index: usize) -> Self {
        Handle { index: index as u32, generation: 0 }
    }
}
