//! The libraries that filter by a level of this host.
#![expect(unsafe_code, reason = "calls functions of plugins")]

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::abi::SetLogLevel;
use crate::host::thread_exits::{self, LibraryId};

/// How long an unload waits for a library that another thread tells the level. After
/// that the library stays mapped until it has returned.
const PATIENCE: Duration = Duration::from_secs(1);

/// The libraries that follow one level.
pub(super) struct Followers {
    level: fn() -> u32,
    libraries: Mutex<Vec<Arc<Follower>>>,
}

/// A library that follows the level.
///
/// It is told without a lock, by one thread at a time: what it runs then may call the
/// host, and may even tell the level itself.
struct Follower {
    library: LibraryId,
    set_level: SetLogLevel,
    /// The thread that tells it, which does so again if the level changes meanwhile.
    teller: Mutex<Option<ThreadId>>,
    /// A thread has told it.
    is_told: Condvar,
}

impl Follower {
    fn new(library: LibraryId, set_level: SetLogLevel) -> Arc<Self> {
        let (teller, is_told) = (Mutex::new(None), Condvar::new());
        Arc::new(Follower { library, set_level, teller, is_told })
    }

    /// Tells it the level, unless another call is doing so: that one reads the level
    /// again when the library has returned.
    fn tell(&self, level: fn() -> u32) {
        let mut teller = locked(&self.teller);
        if teller.is_some() {
            return;
        }
        // It may be about to be unmapped.
        let Some(_in_use) = thread_exits::hold(self.library) else { return };
        let mut told = None;
        loop {
            let next = level();
            if told == Some(next) {
                break;
            }
            *teller = Some(thread::current().id());
            drop(teller);
            // SAFETY: it is not unmapped while it is held.
            unsafe { (self.set_level)(next) };
            teller = locked(&self.teller);
            told = Some(next);
        }
        *teller = None;
        drop(teller);
        self.is_told.notify_all();
    }

    /// Waits until it is not told, but not for this thread, nor for a library that
    /// does not return.
    fn wait(&self) {
        let teller = locked(&self.teller);
        let is_told =
            |teller: &mut Option<_>| teller.is_some_and(|id| id != thread::current().id());
        drop(self.is_told.wait_timeout_while(teller, PATIENCE, is_told));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Followers {
    /// Returns an empty list of those that follow what `level` returns.
    pub(super) const fn new(level: fn() -> u32) -> Self {
        Followers { level, libraries: Mutex::new(Vec::new()) }
    }

    /// Adds a library, and tells it the level.
    ///
    /// # Safety
    ///
    /// The function is one of that library, which is released in the registry and then
    /// stopped here before it is unmapped.
    pub(super) unsafe fn add(&self, library: LibraryId, set_level: SetLogLevel) {
        let follower = Follower::new(library, set_level);
        // First, so that no later change is missed.
        locked(&self.libraries).push(Arc::clone(&follower));
        follower.tell(self.level);
    }

    /// Tells all the level.
    pub(super) fn tell(&self) {
        let followers = locked(&self.libraries).clone();
        for follower in followers {
            follower.tell(self.level);
        }
    }

    /// Gives the library that is about to be unmapped time to return, if it is told.
    pub(super) fn wait(&self, library: LibraryId) {
        let is_it = |follower: &&Arc<Follower>| follower.library == library;
        let found = locked(&self.libraries).iter().find(is_it).cloned();
        found.inspect(|follower| follower.wait());
    }

    /// Makes a library silent that nothing uses any more, and tells it nothing more.
    pub(super) fn stop(&self, library: LibraryId) {
        let is_it = |follower: &mut Arc<Follower>| follower.library == library;
        let stopped: Vec<_> = locked(&self.libraries).extract_if(.., is_it).collect();
        for follower in stopped {
            // SAFETY: the caller unmaps it after this.
            unsafe { (follower.set_level)(0) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    fn on_a_thread<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
        let (done, is_done) = channel();
        thread::spawn(move || done.send(act()));
        is_done
    }

    fn until(is_it: impl Fn() -> bool) {
        while !is_it() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn add(followers: &Followers, set_level: SetLogLevel) -> LibraryId {
        let library = thread_exits::add(false);
        // SAFETY: a function of this program.
        unsafe { followers.add(library, set_level) };
        library
    }

    /// Closes a library, as an unload does. Returns `false` if it stays mapped.
    fn close(followers: &Followers, library: LibraryId) -> bool {
        followers.wait(library);
        let is_released = thread_exits::release(library).is_ok();
        if is_released {
            followers.stop(library);
        }
        is_released
    }

    #[test]
    fn a_library_that_does_not_return_holds_up_no_other_one() {
        static FOLLOWERS: Followers = Followers::new(|| 1);
        static MAY_END: AtomicBool = AtomicBool::new(true);
        static IS_INSIDE: AtomicBool = AtomicBool::new(false);
        static TOLD: AtomicU32 = AtomicU32::new(7);

        unsafe extern "C" fn block(_: u32) {
            IS_INSIDE.store(true, Ordering::SeqCst);
            until(|| MAY_END.load(Ordering::SeqCst));
        }

        unsafe extern "C" fn note(level: u32) {
            TOLD.store(level, Ordering::SeqCst);
        }

        let blocking = add(&FOLLOWERS, block);
        MAY_END.store(false, Ordering::SeqCst);
        IS_INSIDE.store(false, Ordering::SeqCst);
        let telling = on_a_thread(|| FOLLOWERS.tell());
        until(|| IS_INSIDE.load(Ordering::SeqCst));
        let closed = on_a_thread(move || {
            let other = add(&FOLLOWERS, note);
            FOLLOWERS.tell();
            assert_eq!(TOLD.load(Ordering::SeqCst), 1);
            assert!(close(&FOLLOWERS, other));
            // Not unmapped, since it runs, and not waited for.
            close(&FOLLOWERS, blocking)
        });
        let is_closed = closed.recv_timeout(DEADLINE).expect("it ends before the library returns");
        assert!(!is_closed);
        assert_eq!(TOLD.load(Ordering::SeqCst), 0);
        MAY_END.store(true, Ordering::SeqCst);
        telling.recv_timeout(DEADLINE).unwrap();
        assert!(close(&FOLLOWERS, blocking));
        assert!(locked(&FOLLOWERS.libraries).is_empty());
    }

    #[test]
    fn a_library_that_is_told_may_tell_and_is_not_unmapped_by_itself() {
        static FOLLOWERS: Followers = Followers::new(|| LEVEL.load(Ordering::SeqCst));
        static LEVEL: AtomicU32 = AtomicU32::new(0);
        static TOLD: Mutex<Vec<u32>> = Mutex::new(Vec::new());
        static LIBRARY: Mutex<Option<LibraryId>> = Mutex::new(None);
        static WAS_CLOSED: AtomicBool = AtomicBool::new(true);

        unsafe extern "C" fn call_back(level: u32) {
            locked(&TOLD).push(level);
            if level == 1 {
                LEVEL.store(2, Ordering::SeqCst);
                FOLLOWERS.tell();
                let library = locked(&LIBRARY).expect("it was added");
                WAS_CLOSED.store(close(&FOLLOWERS, library), Ordering::SeqCst);
            }
        }

        let library = add(&FOLLOWERS, call_back);
        *locked(&LIBRARY) = Some(library);
        LEVEL.store(1, Ordering::SeqCst);
        on_a_thread(|| FOLLOWERS.tell()).recv_timeout(DEADLINE).expect("nobody waits for itself");
        assert_eq!(*locked(&TOLD), [0, 1, 2], "the level that it set is told after it");
        assert!(!WAS_CLOSED.load(Ordering::SeqCst));
        assert!(close(&FOLLOWERS, library));
        assert_eq!(*locked(&TOLD), [0, 1, 2, 0]);
    }

    #[test]
    fn a_library_that_is_released_is_told_nothing_more() {
        static FOLLOWERS: Followers = Followers::new(|| 3);
        static TOLD: Mutex<Vec<u32>> = Mutex::new(Vec::new());

        unsafe extern "C" fn note(level: u32) {
            locked(&TOLD).push(level);
        }

        let library = add(&FOLLOWERS, note);
        assert!(thread_exits::release(library).is_ok());
        FOLLOWERS.tell();
        assert_eq!(*locked(&TOLD), [3]);
        FOLLOWERS.stop(library);
        assert_eq!(*locked(&TOLD), [3, 0]);
    }
}
