//! A thread that watches the file of one `Live`, as long as that has a handle.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crossbeam_channel::bounded;

use super::error::ReloadError;
use super::follower::Follower;
use super::handle::Live;
use super::interface::LiveInterface;
use super::options::LiveOptions;
use super::shared::Shared;
use crate::host::load::timings::Stopwatch;
use crate::host::watch::{
    self, Contained, ReportPanic, WatchHandler, WatchNotification, WatchOptions, WatchTarget,
    Watcher,
};

impl<I: LiveInterface + ?Sized> Live<I> {
    /// Loads the library at `path`, and replaces it whenever its file is
    /// replaced: when the writer closes it, or when a file is renamed or linked
    /// there. Uses the default [options](LiveOptions).
    ///
    /// Feature `watch`.
    ///
    /// A thread watches the file's directory until the last handle is dropped.
    /// A file that cannot be loaded changes nothing, and is reported once, as
    /// [`LiveEvent::Refused`](super::LiveEvent::Refused). A file with the same
    /// content is no new version. If the file is removed, the current version
    /// stays until there is another file.
    ///
    /// # Errors
    ///
    /// If the first version cannot be loaded, or there is no file yet: a `Live`
    /// always has a current version.
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, Live};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let live = Live::<dyn Greeter>::watch("target/debug/libgreeter.so")?;
    /// loop {
    ///     println!("{}", live.get().greet("world"));
    ///     std::thread::sleep(std::time::Duration::from_secs(1));
    /// }
    /// # }
    /// ```
    pub fn watch(path: impl AsRef<Path>) -> Result<Self, ReloadError> {
        LiveOptions::new().watch(path)
    }
}

impl LiveOptions {
    /// Loads the first version, and replaces it whenever its file changes. See
    /// [`Live::watch`].
    ///
    /// Feature `watch`.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, or the system has no thread.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use plugin_interface::{Greeter, LiveOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let options = LiveOptions::new().polling(Duration::from_secs(1));
    /// let live = options.watch::<dyn Greeter>("/net/plugins/libgreeter.so")?;
    /// println!("{}", live.get().greet("world"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch<I: LiveInterface + ?Sized>(
        self,
        path: impl AsRef<Path>,
    ) -> Result<Live<I>, ReloadError> {
        open_and_follow(path.as_ref(), self)
    }
}

/// Loads the first version, and starts the thread that follows the file.
fn open_and_follow<I: LiveInterface + ?Sized>(
    path: &Path,
    options: LiveOptions,
) -> Result<Live<I>, ReloadError> {
    let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (stop, stopped) = bounded(0);
    let quiet = WatchOptions::default().quiet();
    // It watches before the file is loaded, so that no change is missed. The
    // first notification is of the file that is loaded here.
    let mut watcher = Watcher::new(WatchTarget::file(path), quiet, options.polling)
        .with_revocations(options.policy.revocations());
    let found = watcher.take();
    let mut shared = Shared::open(path, options, Stopwatch::start())?;
    shared.watched = Some(stop);
    let live = Live(Arc::new(shared));
    let follower = Follower::new(&live, quiet);
    if let Some(WatchNotification::Error(error)) = found {
        follower.warn(error.to_string());
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy().replace('\0', "");
    let thread = thread::Builder::new().name(format!("watch {file}"));
    thread
        .spawn(move || watch::run(watcher, &stopped, &mut Contained(follower)))
        .map_err(|source| ReloadError::NotWatched { path: path.clone(), source })?;
    Ok(live)
}

impl ReportPanic for Follower {
    fn panicked(&mut self, message: String) {
        self.warn(message);
    }
}

impl WatchHandler for Follower {
    fn wake(&self) -> Option<Instant> {
        Follower::wake(self)
    }

    fn time_up(&mut self) -> ControlFlow<()> {
        // The announcer reports the result.
        drop(self.try_again());
        ControlFlow::Continue(())
    }

    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()> {
        match notification {
            WatchNotification::Changed { since, .. } => drop(self.changed(since)),
            WatchNotification::Beside => self.changed_beside(Instant::now()),
            WatchNotification::Error(error) => self.warn(error.to_string()),
            // The file was removed: the current version stays.
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
