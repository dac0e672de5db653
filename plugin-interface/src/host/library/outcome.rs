//! The outcome of closing a library.

use core::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::host::library::reasons;
use crate::host::platform::c_library;
use crate::host::thread_exits;
use crate::host::thread_exits::{Held, LibraryId};

/// The outcome of closing a library.
///
/// A library is unmapped only if nothing of it is left to run: no destructor of
/// a thread-local on a living thread, no thread that it started, and no object
/// of it that is in use. Until then it is pinned, with its instances destroyed.
/// When the last of these threads has ended and the last object is dropped, a
/// thread of this crate unmaps it, and the outcome changes. Values under
/// pthread keys do not pin: the keys are deleted with the library, as if it had
/// deleted them.
///
/// This is counted for Rust plugins on Linux with the GNU C library, on x86-64
/// and aarch64. On Windows only threads are, since the system runs no destructor
/// of a library that is unmapped. Elsewhere, and if a plugin shares the standard
/// library with its host, Rust plugins are retained. On aarch64, so is each library
/// with thread-locals if the C library is older than 2.39: it may hand them to the
/// next library.
///
/// ```no_run
/// use plugin_interface::{PluginManager, PluginTrait, UnloadOutcome};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut manager = PluginManager::new();
/// drop(manager.load_plugins("plugins", PluginTrait::Greeter)?);
/// match manager.outcome("plugins/libgreeter.so") {
///     Some(UnloadOutcome::Unmapped) => {}
///     Some(outcome) => println!("{outcome}"),
///     None => println!("somebody has a proxy"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnloadOutcome {
    /// Its memory was released.
    Unmapped,
    /// It is still mapped.
    #[non_exhaustive]
    Pinned {
        /// The destructors of its thread-locals that wait for threads to end.
        destructors: usize,
        /// The threads that it started and that have not ended.
        threads: usize,
        /// Its objects that are in use: a `Box<dyn Trait>` that one of its
        /// methods returned, a closure, an iterator, a future, a waker.
        objects: usize,
        /// The reasons, at least one, each with what to do: the names of
        /// thread-locals and threads, and what else is known.
        reasons: Vec<String>,
    },
    /// It stays mapped, because this host cannot know when it is safe to unmap
    /// it, or because it is linked into the program.
    #[non_exhaustive]
    Retained {
        /// The reason why it stays.
        reason: String,
    },
}

impl fmt::Display for UnloadOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnloadOutcome::Unmapped => f.write_str("unmapped"),
            UnloadOutcome::Retained { reason } => write!(f, "retained: {reason}"),
            UnloadOutcome::Pinned { destructors, threads, objects, reasons } => {
                let counted = [
                    (
                        *destructors,
                        "thread-local destructor waits",
                        "thread-local destructors wait",
                    ),
                    (*threads, "thread of it runs", "threads of it run"),
                    (*objects, "object of it is in use", "objects of it are in use"),
                ];
                let counted = counted.iter().filter(|(count, ..)| *count > 0);
                let mut all: Vec<_> = counted
                    .map(|(count, one, many)| {
                        format!("{count} {}", if *count == 1 { one } else { many })
                    })
                    .collect();
                all.extend(reasons.iter().cloned());
                write!(f, "pinned: {}", all.join(", "))
            }
        }
    }
}

/// A record of how a library was closed, to be read later.
#[derive(Clone, Debug, Default)]
pub(crate) struct CloseRecord(Arc<Mutex<Option<Closed>>>);

/// The content of the record.
#[derive(Clone, Debug)]
struct Closed {
    /// The count of its unmakers.
    count: u64,
    fate: CloseState,
}

/// The state of a library that was closed.
#[derive(Clone, Debug)]
pub(crate) enum CloseState {
    Unmapped,
    /// The dynamic linker closed it, and did not unmap it, for that reason.
    Linked(String),
    /// It is a part of this program.
    InProgram,
    /// It was not closed yet; the registry of thread exits knows the reason.
    Held(LibraryId),
}

impl CloseRecord {
    pub(crate) fn write(&self, count: u64, fate: CloseState) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Closed { count, fate });
    }

    fn read(&self) -> Option<Closed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns `true` if it is the record of the same library.
    #[cfg(feature = "watch")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns `true` if the library was closed.
    pub(crate) fn is_written(&self) -> bool {
        self.read().is_some()
    }

    /// Returns the number of destroyed registrations, if the library was
    /// closed.
    pub(crate) fn count(&self) -> Option<u64> {
        self.read().map(|closed| closed.count)
    }

    /// Returns the outcome so far, if the library was closed.
    pub(crate) fn outcome(&self) -> Option<UnloadOutcome> {
        self.read().map(|closed| closed.fate.outcome())
    }
}

impl CloseState {
    fn outcome(self) -> UnloadOutcome {
        match self {
            CloseState::Unmapped => UnloadOutcome::Unmapped,
            CloseState::Linked(reason) => linked(&reason),
            CloseState::InProgram => UnloadOutcome::Retained { reason: IN_PROGRAM.to_owned() },
            // Released and not yet unmapped: that takes microseconds.
            CloseState::Held(library) => outcome(thread_exits::held(library).unwrap_or_default()),
        }
    }
}

/// The outcome for a library that was closed and is still mapped.
pub(crate) fn linked(reason: &str) -> UnloadOutcome {
    pinned(&Held::default(), vec![reason.to_owned()])
}

/// Describes what keeps a library mapped.
pub(crate) fn outcome(held: Held) -> UnloadOutcome {
    if held.unknown {
        let fault = c_library::keeps_mapped();
        return UnloadOutcome::Retained { reason: fault.unwrap_or_else(|| UNKNOWN.to_owned()) };
    }
    let reasons = reasons::of(&held);
    match reasons.is_empty() {
        true => pinned(&held, vec![LEAVING.to_owned()]),
        false => pinned(&held, reasons),
    }
}

fn pinned(held: &Held, reasons: Vec<String>) -> UnloadOutcome {
    let Held { destructors, threads, objects, .. } = *held;
    UnloadOutcome::Pinned { destructors, threads, objects, reasons }
}

const IN_PROGRAM: &str = "it is linked into this program";
const LEAVING: &str = "it is being unmapped";
/// Why the dynamic linker keeps a library whose file gives no reason.
pub(crate) const LINKED: &str = "the dynamic linker keeps it: a C++ thread-local of it waits for its thread to end, or another library needs it";
const UNKNOWN: &str = "it does not pass its thread exits on to this host, as on other platforms than Linux with the GNU C library, under a sanitizer, or with a shared standard library";

#[cfg(test)]
mod tests {
    use crate::host::library::outcome::*;

    #[test]
    fn an_outcome_names_all_that_holds_a_library() {
        let text = |held: &Held| outcome(held.clone()).to_string();
        let held = Held { destructors: 1, ..Held::default() };
        let expected = "pinned: 1 thread-local destructor waits, a thread-local with a drop waits for the end of each thread that called it: call it from threads that end";
        assert_eq!(text(&held), expected);
        let held = Held { objects: 2, ..Held::default() };
        let expected = "pinned: 2 objects of it are in use, drop its objects, closures, iterators, futures and wakers";
        assert_eq!(text(&held), expected);
        let held = Held { destructors: 3, threads: 2, outside: 1, ..Held::default() };
        let outcome = text(&held);
        for part in ["pinned: 3 thread-local destructors wait, 2 threads of it run, ", "in `stop`"]
        {
            assert!(outcome.contains(part), "{outcome}");
        }
        assert!(outcome.ends_with("before it was connected"), "{outcome}");
        assert_eq!(text(&Held::default()), "pinned: it is being unmapped");
        let held = Held { unknown: true, ..held };
        let reason = c_library::keeps_mapped().unwrap_or_else(|| UNKNOWN.to_owned());
        assert_eq!(text(&held), format!("retained: {reason}"));
        let linked = CloseState::Linked(LINKED.to_owned()).outcome();
        assert_eq!(linked.to_string(), format!("pinned: {LINKED}"));
    }
}
