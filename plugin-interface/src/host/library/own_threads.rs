//! The threads that a library may have started.
//!
//! A plugin built by the macros counts its threads. Other libraries do not, and
//! would crash the process if they were unmapped under one. So each thread that
//! began since the library was opened is looked at, if the library can start
//! any.

use std::collections::BTreeSet;

use crate::host::file::imported_threads::Threads;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::platform;
use crate::host::platform::{Image, SystemThread};

#[cfg(test)]
thread_local! {
    /// The number of looks by this thread.
    pub(crate) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The threads that a library may have started.
pub(crate) struct OwnThreads {
    /// The threads that are older than the library; `None` if not known.
    older: Option<BTreeSet<SystemThread>>,
    can_have: Threads,
    /// `true` if each begins with a function of the library: those of Rust do.
    begin_in_it: bool,
}

impl OwnThreads {
    /// Returns those of a library that counts its threads itself: none.
    pub(crate) fn counted() -> Self {
        OwnThreads { older: None, can_have: Threads::None, begin_in_it: true }
    }

    /// Returns those of a library that is about to be opened.
    pub(crate) fn of(copy: &PrivateCopy) -> Self {
        match Threads::read(copy.path()) {
            // The others may start threads for it.
            Threads::None if copy.linkage().needed.is_empty() => Self::counted(),
            Threads::None => Self::since_now(Threads::Started),
            can_have => Self::since_now(can_have),
        }
    }

    /// Returns those of a Rust plugin that is about to be opened, where its host
    /// does not count them.
    pub(crate) fn of_rust() -> Self {
        OwnThreads { begin_in_it: true, ..Self::since_now(Threads::Started) }
    }

    fn since_now(can_have: Threads) -> Self {
        OwnThreads { older: platform::threads(), can_have, begin_in_it: false }
    }

    /// Returns `true` if nobody tells that they have ended.
    pub(crate) fn end_unheard(&self) -> bool {
        self.can_have == Threads::Started && self.older.is_some()
    }

    /// Returns why the library must stay, if its threads are the reason. Nobody
    /// else may be calling it.
    pub(crate) fn reason(&self, image: &Image) -> Option<String> {
        match &self.can_have {
            Threads::None => None,
            Threads::CalledBack(by) => {
                Some(format!("the C library may still call it, as it uses {by}"))
            }
            Threads::Started => match self.running(image) {
                Some(0) => None,
                Some(1) => Some("1 thread runs its code, uncounted".to_owned()),
                Some(running) => Some(format!("{running} threads run its code, uncounted")),
                None => Some("it can start threads, and this system does not list them".to_owned()),
            },
        }
    }

    /// Returns how many threads may run code of the library; `None` if the
    /// system does not tell.
    fn running(&self, image: &Image) -> Option<usize> {
        let older = self.older.as_ref()?;
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
        loop {
            let now = platform::threads()?;
            let is_running = |thread: &&SystemThread| match self.begin_in_it {
                true => thread.may_have_begun_in(image),
                false => thread.may_run(image),
            };
            let running = now.difference(older).filter(is_running).count();
            // A thread may start another one and end while it is looked at.
            if running > 0 || platform::threads()?.is_subset(&now) {
                return Some(running);
            }
        }
    }
}
