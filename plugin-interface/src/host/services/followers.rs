//! The libraries that filter by a level of this host.
#![expect(unsafe_code, reason = "calls functions of plugins")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::abi::SetLogLevel;
use crate::host::thread_exits::LibraryId;

/// The libraries that follow one level.
pub(super) struct Followers {
    level: fn() -> u32,
    libraries: Mutex<Vec<Arc<Follower>>>,
}

/// A library that follows the level.
struct Follower {
    library: LibraryId,
    set_level: SetLogLevel,
    /// Taken while the library is told. So one that does not return holds up
    /// who tells it or closes it, and nobody else.
    is_open: Mutex<bool>,
}

impl Follower {
    fn tell(&self, level: impl FnOnce() -> u32) {
        let is_open = locked(&self.is_open);
        if *is_open {
            // SAFETY: a library is closed here before it is unmapped.
            unsafe { (self.set_level)(level()) };
        }
    }

    fn close(&self) {
        let mut is_open = locked(&self.is_open);
        if std::mem::replace(&mut *is_open, false) {
            // SAFETY: the caller unmaps it after this.
            unsafe { (self.set_level)(0) };
        }
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
    /// The function is one of that library, which is stopped here before it is
    /// unmapped.
    pub(super) unsafe fn add(&self, library: LibraryId, set_level: SetLogLevel) {
        let follower = Arc::new(Follower { library, set_level, is_open: Mutex::new(true) });
        // First, so that no later change is missed.
        locked(&self.libraries).push(Arc::clone(&follower));
        follower.tell(self.level);
    }

    /// Tells all the level.
    pub(super) fn tell(&self) {
        let followers = locked(&self.libraries).clone();
        for follower in followers {
            // Read under its lock, so that the last caller's level is the last told.
            follower.tell(self.level);
        }
    }

    /// Makes a library silent, and tells it nothing more.
    pub(super) fn stop(&self, library: LibraryId) {
        let is_it = |follower: &mut Arc<Follower>| follower.library == library;
        let stopped: Vec<_> = locked(&self.libraries).extract_if(.., is_it).collect();
        stopped.iter().for_each(|follower| follower.close());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::mpsc::{Sender, channel};
    use std::thread;
    use std::time::Duration;

    use super::*;

    static MAY_END: AtomicBool = AtomicBool::new(false);
    static IS_INSIDE: AtomicBool = AtomicBool::new(false);
    static TOLD: AtomicU32 = AtomicU32::new(7);

    unsafe extern "C" fn block(_: u32) {
        IS_INSIDE.store(true, Ordering::SeqCst);
        while !MAY_END.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    unsafe extern "C" fn note(level: u32) {
        TOLD.store(level, Ordering::SeqCst);
    }

    static FOLLOWERS: Followers = Followers::new(|| 0);

    fn add(library: LibraryId, set_level: SetLogLevel) {
        let follower = Follower { library, set_level, is_open: Mutex::new(true) };
        locked(&FOLLOWERS.libraries).push(Arc::new(follower));
    }

    fn done_on_a_thread(act: impl FnOnce(Sender<()>) + Send + 'static) {
        let (done, is_done) = channel();
        thread::spawn(move || act(done));
        is_done.recv_timeout(Duration::from_secs(60)).expect("it ends before the library returns");
    }

    #[test]
    fn a_library_that_does_not_return_holds_up_no_other_one() {
        let [blocking, other] = [usize::MAX, usize::MAX - 1].map(LibraryId::of);
        add(blocking, block);
        let telling = thread::spawn(|| FOLLOWERS.tell());
        while !IS_INSIDE.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        done_on_a_thread(move |done| {
            add(other, note);
            FOLLOWERS.stop(other);
            let _ = done.send(());
        });
        assert_eq!(TOLD.load(Ordering::SeqCst), 0);
        MAY_END.store(true, Ordering::SeqCst);
        telling.join().unwrap();
        FOLLOWERS.stop(blocking);
        assert!(locked(&FOLLOWERS.libraries).is_empty());
    }
}
