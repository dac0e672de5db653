//! The threads of this process, where the system does not tell of them.

use std::collections::BTreeSet;

use super::Image;

/// A thread of which nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SystemThread {}

/// Threads are not known.
pub(crate) fn threads() -> Option<BTreeSet<SystemThread>> {
    None
}

impl SystemThread {
    pub(crate) fn may_have_begun_in(self, _: &Image) -> bool {
        match self {}
    }

    pub(crate) fn may_run(self, _: &Image) -> bool {
        match self {}
    }
}
