//! Reloads a library when its file changes, on a thread of its own.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};

use super::error::HotError;
use super::events::HotEvent;
use super::handle::{HotLibrary, Shared};
use super::outcome::HotReload;
use crate::host::watch::{
    self, Attempt, Contained, ReportPanic, ReportedFailures, RetryQueue, Verdict, WatchHandler,
    WatchNotification, WatchTarget, Watcher,
};

/// A writer that does not close its file is done after this time of silence.
const QUIET: Duration = Duration::from_millis(100);

/// Reloads a [`HotLibrary`] whenever its file changes, until this is dropped.
///
/// Dropping it waits for nothing. A reload that has begun, or is about to, is
/// finished, and its listeners are called. It does not keep the library open.
#[must_use = "it ends when it is dropped"]
pub struct HotWatch {
    path: PathBuf,
    /// The thread ends when this is dropped.
    _stop: Sender<()>,
}

impl HotLibrary {
    /// Reloads the library whenever its file changes, on a thread of its own.
    ///
    /// Feature `watch`.
    ///
    /// It watches the directory, so that the file and even the directory may be
    /// replaced, removed and created again. Other files there do no harm. The
    /// [listeners](HotLibrary::on_reload) are called for reloads and refusals,
    /// but not for a file that is not completely written.
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
        // It watches before this returns: no later change is missed.
        let watcher = Watcher::new(WatchTarget::file(self.path()), QUIET, None)
            .with_revocations(self.0.revocations.as_deref());
        let (stop, stopped) = bounded(0);
        let follower = FileFollower::new(self);
        let thread = thread::Builder::new().name("hot-watch".to_owned());
        let thread = thread.spawn(move || watch::run(watcher, &stopped, &mut Contained(follower)));
        // Nobody waits for the thread: it runs listeners and validations.
        drop(thread.expect("a thread can start"));
        HotWatch { path: self.path().to_owned(), _stop: stop }
    }
}

impl fmt::Debug for HotWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotWatch").field("path", &self.path).finish()
    }
}

/// Reloads a library when its file changes, without keeping the library open.
struct FileFollower {
    shared: Weak<Shared>,
    path: PathBuf,
    retries: RetryQueue,
    reported: ReportedFailures,
}

impl FileFollower {
    fn new(library: &HotLibrary) -> Self {
        let (shared, path) = (Arc::downgrade(&library.0), library.path().to_owned());
        let (retries, reported) = (RetryQueue::new(QUIET), ReportedFailures::default());
        FileFollower { shared, path, retries, reported }
    }

    /// Returns `true` if the failure was not reported of the file of the attempt.
    fn is_new(&mut self, attempt: &Attempt, error: &HotError) -> bool {
        match error {
            HotError::Load(error) => self.reported.is_new(attempt, error),
            _ => true,
        }
    }

    /// Returns the library, or `Break` if its last handle was dropped.
    fn library(&self) -> ControlFlow<(), HotLibrary> {
        match self.shared.upgrade() {
            Some(shared) => ControlFlow::Continue(HotLibrary(shared)),
            None => ControlFlow::Break(()),
        }
    }

    /// Reloads the library. Returns `Break` if it was unloaded.
    fn reload(&mut self, library: &HotLibrary) -> ControlFlow<()> {
        let attempt = Attempt::begin(&self.path);
        // The watcher notices when a writer closes the file, so this need not
        // wait for it.
        let error = match library.reload(Duration::ZERO) {
            Ok(HotReload::Unchanged | HotReload::Reloaded { .. }) => {
                self.retries.forget(&self.path);
                self.reported = ReportedFailures::default();
                return ControlFlow::Continue(());
            }
            Err(HotError::Unloaded { .. }) => return ControlFlow::Break(()),
            Err(error) => error,
        };
        let verdict = match &error {
            HotError::Load(error) => {
                let found = attempt.file_now(&self.path);
                self.retries.judge(&self.path, error, found, Instant::now())
            }
            _ => Verdict::Final,
        };
        match verdict {
            Verdict::Final if !self.is_new(&attempt, &error) => {}
            Verdict::Final => library.refused(&error),
            // Otherwise the next try would take it for known, and report nothing.
            Verdict::Retry => library.0.forget_refused(),
        }
        ControlFlow::Continue(())
    }
}

impl ReportPanic for FileFollower {
    fn panicked(&mut self, message: String) {
        if let Some(shared) = self.shared.upgrade() {
            shared.listeners().announce(&HotEvent::NotWatched { message });
        }
    }
}

impl WatchHandler for FileFollower {
    fn wake(&self) -> Option<Instant> {
        /// The time between two checks that the library still has a handle.
        const CHECK: Duration = Duration::from_millis(250);
        let check = Instant::now() + CHECK;
        Some(self.retries.wake().map_or(check, |wake| check.min(wake)))
    }

    fn time_up(&mut self) -> ControlFlow<()> {
        let library = self.library()?;
        match self.retries.due(Instant::now()).is_empty() {
            true => ControlFlow::Continue(()),
            false => {
                library.0.forget_refused();
                self.reload(&library)
            }
        }
    }

    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()> {
        let library = self.library()?;
        match notification {
            WatchNotification::Changed { .. } => {
                self.retries.forget(&self.path);
                return self.reload(&library);
            }
            WatchNotification::Beside => self.retries.changed_beside(Instant::now()),
            WatchNotification::Error(error) => {
                let message = error.to_string();
                library.0.listeners().announce(&HotEvent::NotWatched { message });
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
