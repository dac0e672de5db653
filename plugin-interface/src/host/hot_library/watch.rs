//! Reloads a library when its file changes, on a thread of its own.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::events::HotEvent;
use super::{HotError, HotLibrary, HotReload, Shared};
use crate::host::watch::{RetryQueue, Verdict, Waited, WatchNotification, WatchTarget, Watcher};

/// No sign of a writer that does not close its file for so long: it is done.
const QUIET: Duration = Duration::from_millis(100);

/// Reloads a [`HotLibrary`] whenever its file changes, until this is dropped.
///
/// It keeps the library no longer open than others do.
#[must_use = "it ends when it is dropped"]
pub struct HotWatch {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl HotLibrary {
    /// Reloads the library whenever its file changes, on a thread of its own.
    ///
    /// It is the directory that is watched, so that the file may be replaced,
    /// removed and come again, and the directory too. What else happens there
    /// does no harm. The [listeners](HotLibrary::on_reload) are told of reloads and
    /// of refusals, though not of a file that a linker is about to write.
    ///
    /// # Panics
    ///
    /// If the system has no thread.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let library = plugin_interface::HotLibrary::open("build/libfoo.so", &["foo"])?;
    /// library.on_reload(|event| println!("{event:?}"));
    /// let watch = library.watch();
    /// // .. the program's own work ..
    /// # drop(watch);
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&self) -> HotWatch {
        // It stands before this returns: nothing that comes later is missed.
        let watcher = Watcher::new(WatchTarget::file(self.path()), QUIET, None);
        let (stop, stopped) = bounded(1);
        let (shared, path) = (Arc::downgrade(&self.0), self.path().to_owned());
        let thread = thread::Builder::new().name("hot-watch".to_owned());
        let thread = thread.spawn(move || FileFollower::new(shared, watcher).run(&path, &stopped));
        HotWatch { stop, thread: Some(thread.expect("a thread can start")) }
    }
}

impl Drop for HotWatch {
    fn drop(&mut self) {
        // One is enough.
        let _ = self.stop.try_send(());
        let thread = self.thread.take();
        // A listener that drops it runs on that thread.
        if let Some(thread) = thread.filter(|t| t.thread().id() != thread::current().id()) {
            // If it panicked, that was reported.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for HotWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotWatch").finish_non_exhaustive()
    }
}

struct FileFollower {
    shared: Weak<Shared>,
    watcher: Watcher,
    retries: RetryQueue,
}

impl FileFollower {
    fn new(shared: Weak<Shared>, watcher: Watcher) -> Self {
        FileFollower { shared, watcher, retries: RetryQueue::new(QUIET) }
    }

    fn run(mut self, path: &Path, stopped: &Receiver<()>) {
        /// How often to look whether there is still somebody to reload for.
        const LOOK: Duration = Duration::from_millis(250);
        loop {
            let until = Instant::now() + LOOK;
            let until = self.retries.wake().map_or(until, |wake| until.min(wake));
            if self.watcher.wait(Some(until), stopped) == Waited::Stopped {
                return;
            }
            let Some(shared) = self.shared.upgrade() else { return };
            let library = HotLibrary(shared);
            let mut is_due = !self.retries.due(Instant::now()).is_empty();
            while let Some(noticed) = self.watcher.take() {
                match noticed {
                    WatchNotification::Changed { .. } => {
                        self.retries.forget(path);
                        is_due = true;
                    }
                    WatchNotification::Error(error) => {
                        let message = error.to_string();
                        library.0.listeners.tell(&HotEvent::NotWatched { message });
                    }
                    _ => {}
                }
            }
            if is_due && self.reload(&library, path).is_err() {
                return;
            }
        }
    }

    /// `Err` if there is nothing to reload any more.
    fn reload(&mut self, library: &HotLibrary, path: &Path) -> Result<(), HotError> {
        // Whoever closes the file is noticed, and so it is not waited for.
        let error = match library.reload(Duration::ZERO) {
            Ok(HotReload::Unchanged | HotReload::Reloaded { .. }) => {
                self.retries.forget(path);
                return Ok(());
            }
            Err(error @ HotError::Unloaded { .. }) => return Err(error),
            Err(error) => error,
        };
        let verdict = match &error {
            HotError::Load(error) => self.retries.judge(path, error, Instant::now()),
            _ => Verdict::Final,
        };
        if verdict == Verdict::Final {
            library.refused(&error);
        }
        Ok(())
    }
}
