//! The threads that a library can have, by the functions that it imports.

use std::path::Path;

use crate::host::file::linkage::Linkage;
use crate::host::file::open::open_without_waiting;
use crate::host::file::paged::PagedFile;

/// Functions that start threads, or may find such functions.
const STARTERS: &[&str] = &["GetProcAddress", "clone", "dlopen", "dlsym", "syscall", "thrd_create"];

/// Functions that have the C library call back later, on a thread of its own or
/// at the end of the process. Unlike that of `atexit`, what `on_exit` registers
/// does not go with a library.
const CALLERS: &[&str] = &[
    "aio_read",
    "aio_write",
    "getaddrinfo_a",
    "lio_listio",
    "mq_notify",
    "on_exit",
    "timer_create",
];

/// The threads that a library can have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Threads {
    #[default]
    None,
    Started,
    /// Those of the C library too, by this function.
    CalledBack(String),
}

impl Threads {
    /// Reads which ones the library of a file can have. If nobody can tell, it
    /// can have some.
    pub(crate) fn read(library: &Path) -> Self {
        let read = || {
            let file = open_without_waiting(library).ok()?;
            let len = file.metadata().ok()?.len();
            let pages = PagedFile::new(file, len);
            Linkage::imports(&pages).ok().map(|imports| Threads::of(&imports))
        };
        read().unwrap_or(Threads::Started)
    }

    /// Returns what a library can have that imports these functions.
    fn of(imports: &[&str]) -> Self {
        let mut threads = Threads::None;
        for import in imports {
            if CALLERS.contains(import) {
                return Threads::CalledBack((*import).to_owned());
            }
            if starts(import) {
                threads = Threads::Started;
            }
        }
        threads
    }
}

/// Returns `true` if a function of that name may start a thread.
fn starts(import: &str) -> bool {
    let named = ["thread_create", "thread_new", "CreateThread", "beginthread", "_ZNSt6thread"];
    STARTERS.contains(&import) || named.iter().any(|part| import.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_imports_says_which_threads_it_can_have() {
        assert_eq!(Threads::of(&["puts", "pthread_mutex_lock"]), Threads::None);
        for starter in
            ["pthread_create", "thrd_create", "g_thread_new", "SDL_CreateThread", "_beginthreadex"]
        {
            assert_eq!(Threads::of(&["puts", starter, "free"]), Threads::Started, "{starter}");
        }
        let called = Threads::CalledBack("timer_create".to_owned());
        assert_eq!(Threads::of(&["pthread_create", "timer_create"]), called);
    }

    #[test]
    fn a_library_that_cannot_be_read_may_have_threads() {
        assert_eq!(Threads::read(Path::new("/no/such/library.so")), Threads::Started);
    }
}
