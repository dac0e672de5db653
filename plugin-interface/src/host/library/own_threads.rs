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
                Ok(0) => None,
                Ok(1) => Some("1 thread runs its code, uncounted".to_owned()),
                Ok(running) => Some(format!("{running} threads run its code, uncounted")),
                Err(why) => Some(format!("it can start threads, and {why}")),
            },
        }
    }

    /// Returns how many threads may run code of the library, or why that is not
    /// known.
    fn running(&self, image: &Image) -> Result<usize, &'static str> {
        const UNLISTED: &str = "this system does not list them";
        const ROUNDS: u32 = 100;
        let mut known = self.older.clone().ok_or(UNLISTED)?;
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
        for _ in 0..ROUNDS {
            let now = platform::threads().ok_or(UNLISTED)?;
            let news: Vec<_> = now.difference(&known).collect();
            if news.is_empty() {
                return Ok(0);
            }
            let is_running = |thread: &&&SystemThread| match self.begin_in_it {
                true => thread.may_have_begun_in(image),
                false => thread.may_run(image),
            };
            let running = news.iter().filter(is_running).count();
            if running > 0 {
                return Ok(running);
            }
            // One of them may have started another before it was looked at. It
            // starts none afterwards: it has left the library, which nobody calls.
            known = now;
        }
        Err("threads of this process begin faster than they can be looked at")
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_look_ends_though_threads_begin_without_end() {
        let library = Image::of("/no/such/library.so".as_ref());
        let threads = OwnThreads { begin_in_it: false, ..OwnThreads::of_rust() };
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    thread::spawn(|| {}).join().unwrap();
                }
            });
            let reasons: Vec<_> = (0..3).map(|_| threads.reason(&library)).collect();
            is_over.store(true, Ordering::Relaxed);
            // A thread that runs at the moment may run anything.
            let known = ["uncounted", "faster than they can be looked at"];
            for reason in reasons.into_iter().flatten() {
                assert!(known.iter().any(|part| reason.contains(part)), "{reason}");
            }
        });
    }
}
