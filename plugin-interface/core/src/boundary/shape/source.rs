//! The place of a type or trait in source code.

use crate::metadata::is_same;

/// The place where a macro described a type or a trait.
///
/// It tells two of one path apart: those of two versions of a crate, or of two
/// functions. It is no part of a record, since it differs between machines.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub file: &'static str,
    /// The number of the macro's run, within its crate.
    pub run: usize,
    /// The version of the crate, for messages.
    pub version: Option<&'static str>,
}

impl Source {
    pub(crate) const UNKNOWN: Self = Source { file: "", run: 0, version: None };

    pub(crate) const fn version(&self) -> &'static str {
        match self.version {
            Some(version) => version,
            None => "",
        }
    }

    pub(crate) const fn is(&self, other: &Source) -> bool {
        self.run == other.run
            && is_same(self.file, other.file)
            && is_same(self.version(), other.version())
    }
}
