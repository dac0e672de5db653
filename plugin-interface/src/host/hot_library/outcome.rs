//! The outcome of a reload.

/// The outcome of a successful
/// [`check_and_reload`](super::HotLibrary::check_and_reload).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HotReload {
    /// The file has not changed since the last time.
    Unchanged,
    /// A new version is current.
    Reloaded {
        /// The number of the version.
        generation: u64,
        /// The functions that are new in this version.
        appeared: Vec<String>,
        /// The functions that this version no longer has.
        vanished: Vec<String>,
    },
}
