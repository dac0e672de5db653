//! The threads that a library can have, by the functions that it imports.

/// Functions that start threads, or may find such functions.
const STARTERS: &[&str] = &["clone", "dlopen", "dlsym", "syscall", "thrd_create"];

/// Functions that have the C library call back later, on a thread of its own.
const CALLERS: &[&str] =
    &["aio_read", "aio_write", "getaddrinfo_a", "lio_listio", "mq_notify", "timer_create"];

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
    /// Returns what a library can have that imports these functions.
    pub(crate) fn of<'i>(imports: impl Iterator<Item = &'i str>) -> Self {
        let mut threads = Threads::None;
        for import in imports {
            if CALLERS.contains(&import) {
                return Threads::CalledBack(import.to_owned());
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
    let named = ["thread_create", "thread_new", "CreateThread", "_ZNSt6thread"];
    // Each has this part, and one search is cheaper than four.
    let is_named = || import.contains("hread") && named.iter().any(|part| import.contains(part));
    STARTERS.contains(&import) || is_named()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_imports_says_which_threads_it_can_have() {
        let of = |names: &[&str]| Threads::of(names.iter().copied());
        assert_eq!(of(&["puts", "pthread_mutex_lock"]), Threads::None);
        for starter in ["pthread_create", "thrd_create", "g_thread_new", "SDL_CreateThread"] {
            assert_eq!(of(&["puts", starter, "free"]), Threads::Started, "{starter}");
        }
        let called = Threads::CalledBack("timer_create".to_owned());
        assert_eq!(of(&["pthread_create", "timer_create"]), called);
    }
}
