//! Watches a target, on the thread that waits for it.
//!
//! Events go straight from the thread of `notify` into the debouncer, behind a
//! lock that is held for moments. The waiting thread runs the tasks of the
//! debouncer, and sleeps until it is woken or until the next task. So there is
//! no queue of events: an untaken change stays in the debouncer, once for each
//! file.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, never, select};
use notify::{RecursiveMode, Watcher as _};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::platform;
use crate::host::watch::comparing;
use crate::host::watch::comparing::Comparing;
use crate::host::watch::debouncer::{Debouncer, FileEvent, Task, Timing};
use crate::host::watch::events::translate;
use crate::host::watch::notification::{WatchError, WatchNotification};
use crate::host::watch::scan;
use crate::host::watch::scan::FileState;
use crate::host::watch::target::WatchTarget;

/// The time between two checks that the directory is still the watched one.
/// Also the time between two scans where the system sends no events.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// The time for which a file or the directory may be missing without a report.
const GRACE: Duration = Duration::from_millis(500);

/// Calls the handler with the events of a directory.
pub(super) type Open = fn(&Path, RecursiveMode, Handler) -> notify::Result<Events>;
pub(super) type Handler = Box<dyn FnMut(notify::Result<notify::Event>) + Send>;
/// The source of events, until it is dropped.
pub(super) type Events = Box<dyn notify::Watcher + Send>;

/// A target, and its known state.
pub(crate) struct Watcher {
    target: WatchTarget,
    /// The time between two scans, if the watcher is to do without events.
    polling: Option<Duration>,
    open: Open,
    comparing: Comparing,
    debouncer: Arc<Mutex<Debouncer>>,
    /// Holds one token when the debouncer has an earlier task than before.
    wake: (Sender<()>, Receiver<()>),
    events: Option<Events>,
    /// The directory that is watched.
    watched: Option<Identity>,
    missing: Missing,
    /// The last known targets of links.
    links: BTreeMap<PathBuf, Option<FileIdentity>>,
    /// The list of what is revoked, wherever it lies, and its last known state.
    revocations: Option<(PathBuf, Option<FileIdentity>)>,
    errors: VecDeque<WatchError>,
}

/// The path of a directory without links, its device and its inode.
type Identity = (PathBuf, (u64, u64));

/// The time since the directory is missing, and if that was reported.
#[derive(Default)]
struct Missing {
    since: Option<Instant>,
    is_reported: bool,
    /// The time for which it may be missing.
    grace: Duration,
}

/// The reason that a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// There is a notification to take.
    Noticed,
    /// The time has come.
    TimeUp,
    /// Somebody asks for a retry.
    Asked,
    /// A stop was sent, or its sender was dropped.
    Stopped,
}

impl Watcher {
    /// Watches from now on, and first notices the files that are there. With
    /// `polling` it scans that often, and uses no events.
    pub(crate) fn new(target: WatchTarget, quiet: Duration, polling: Option<Duration>) -> Self {
        Self::with(target, quiet, polling, (open, comparing::INTERVAL), bounded(1))
    }

    /// Watches so that one thread can [wait](wait) for this watcher and another one.
    pub(crate) fn beside(&self, target: WatchTarget, quiet: Duration) -> Self {
        let source = (self.open, comparing::INTERVAL);
        Self::with(target, quiet, self.polling, source, self.wake.clone())
    }

    fn with(
        target: WatchTarget,
        quiet: Duration,
        polling: Option<Duration>,
        (open, every): (Open, Duration),
        wake: (Sender<()>, Receiver<()>),
    ) -> Self {
        let timing = Timing { quiet, grace: GRACE.max(quiet), check_interval: CHECK_INTERVAL };
        let debouncer = Arc::new(Mutex::new(Debouncer::new(timing, Instant::now())));
        let mut watcher = Watcher {
            target,
            polling,
            open,
            comparing: Comparing::new(every, Instant::now()),
            debouncer,
            wake,
            events: None,
            watched: None,
            missing: Missing::default(),
            links: BTreeMap::new(),
            revocations: None,
            errors: VecDeque::new(),
        };
        watcher.run_tasks(Instant::now());
        watcher
    }

    /// Notices also a change of the list of what is revoked, as one of the library
    /// or beside the libraries.
    pub(crate) fn with_revocations(mut self, list: Option<&Path>) -> Self {
        self.revocations = list.map(|list| (list.to_owned(), link_target(list)));
        self
    }

    /// Returns the directory, as the caller named it.
    pub(crate) fn directory(&self) -> &Path {
        &self.target.directory
    }

    /// Returns `true` if there is a notification to take.
    fn has_noticed(&self, now: Instant) -> bool {
        !self.errors.is_empty() || self.debouncer().has_notification(now)
    }

    /// Takes the next notification, if there is one.
    pub(crate) fn take(&mut self) -> Option<WatchNotification> {
        if let Some(error) = self.errors.pop_front() {
            return Some(WatchNotification::Error(error));
        }
        let now = Instant::now();
        loop {
            let next = self.debouncer().next_notification(now)?;
            self.hear_of_unseen();
            match next {
                WatchNotification::Removed { paths } => {
                    for path in &paths {
                        self.links.remove(path);
                    }
                    self.update_links();
                    return Some(WatchNotification::Removed { paths });
                }
                WatchNotification::Changed { mut paths, since } => {
                    paths.retain(|path| self.is_there(path, now));
                    if !paths.is_empty() {
                        return Some(WatchNotification::Changed { paths, since });
                    }
                }
                other => return Some(other),
            }
        }
    }

    /// Returns `true` if the file is there, which the events may not show. If
    /// it is a link, remembers its target.
    fn is_there(&mut self, path: &Path, now: Instant) -> bool {
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                self.links.insert(path.into(), link_target(path));
            }
            Ok(_) => drop(self.links.remove(path)),
            Err(_) => {
                self.debouncer().handle(FileEvent::Removed(path.to_owned()), now);
                return false;
            }
        }
        self.update_links();
        self.debouncer().reported(path, FileState::of(path));
        true
    }

    /// Compares more often, and says so, if a change came without an event.
    fn hear_of_unseen(&mut self) {
        let unseen = self.debouncer().take_unseen();
        let Some(unseen) = unseen else { return };
        if let Some(interval) = self.comparing.hurry(CHECK_INTERVAL) {
            let path = self.target.directory.clone();
            let reason = format!("{} changed without an event", unseen.display());
            self.errors.push_back(WatchError::Polling { path, interval, reason });
        }
    }

    /// Compares the files with their known state, if it is time.
    fn compare(&mut self, now: Instant) {
        if !self.comparing.is_due(now) {
            return;
        }
        // A missing directory is noticed by its identity.
        let Ok(scan) = scan::scan(&self.target) else { return };
        let every = self.comparing.done(now, now.elapsed());
        // The next comparison may show that it is still being written.
        self.debouncer().compare(&scan, 2 * every, now);
    }

    fn update_links(&self) {
        self.debouncer().set_has_links(!self.links.is_empty());
    }

    /// Runs the tasks of the debouncer that are due.
    fn run_tasks(&mut self, now: Instant) {
        // The lock is not held while a task runs.
        let next = |this: &Self| this.debouncer().next_task(now);
        while let Some(task) = next(self) {
            match task {
                Task::Rewatch => self.rewatch(now),
                Task::Check => self.check(now),
            }
        }
    }

    fn check(&mut self, now: Instant) {
        if let Some((path, known)) = &mut self.revocations {
            let found = link_target(path);
            if found != *known {
                *known = found;
                let event = self.target.only.clone().map(FileEvent::Complete);
                lock(&self.debouncer).handle(event.unwrap_or(FileEvent::Unrelated), now);
            }
        }
        if identity(&self.target.directory) != self.watched || self.watched.is_none() {
            return self.rewatch(now);
        }
        if self.events.is_none() {
            return self.rescan(now);
        }
        for (path, known) in &mut self.links {
            let found = link_target(path);
            if found != *known {
                *known = found;
                lock(&self.debouncer).handle(FileEvent::Complete(path.clone()), now);
            }
        }
        self.compare(now);
    }

    /// Watches first, then scans: a change in between is noticed twice.
    fn rewatch(&mut self, now: Instant) {
        self.events = None;
        self.watched = identity(&self.target.directory);
        let root = self.watched.as_ref().map(|(root, ..)| root.clone());
        let listened = root.filter(|_| self.polling.is_none()).map(|root| self.listen(&root));
        let every = self.polling.unwrap_or(CHECK_INTERVAL);
        self.debouncer().set_check_interval(every, !matches!(listened, Some(Ok(_))), now);
        let failed = match listened {
            Some(Ok(events)) => {
                self.events = Some(events);
                None
            }
            Some(Err(error)) => Some(error.to_string()),
            None => None,
        };
        self.rescan(now);
        // If its files cannot be scanned either, that was reported.
        if let Some(reason) = failed.filter(|_| self.missing.since.is_none()) {
            let path = self.target.directory.clone();
            self.errors.push_back(WatchError::Polling { path, interval: every, reason });
        }
    }

    fn listen(&self, root: &Path) -> notify::Result<Events> {
        let (target, below) = (self.target.clone(), root.to_owned());
        let (debouncer, wake) = (Arc::clone(&self.debouncer), self.wake.0.clone());
        let handler = move |event: notify::Result<notify::Event>| {
            let seen = match &event {
                Ok(event) => translate(&target, &below, event),
                // For instance a new directory, for which no watch was left.
                Err(_) => vec![FileEvent::NewDirectory],
            };
            if seen.is_empty() {
                return;
            }
            let now = Instant::now();
            let mut debouncer = lock(&debouncer);
            let before = debouncer.wake();
            seen.into_iter().for_each(|seen| debouncer.handle(seen, now));
            let is_earlier = debouncer.wake() < before;
            // The woken thread locks the debouncer.
            drop(debouncer);
            if is_earlier {
                // A full channel holds the token already.
                let _ = wake.try_send(());
            }
        };
        let mode = match self.target.is_recursive {
            true => RecursiveMode::Recursive,
            false => RecursiveMode::NonRecursive,
        };
        (self.open)(root, mode, Box::new(handler))
    }

    fn rescan(&mut self, now: Instant) {
        match scan::scan(&self.target) {
            Ok(scan) => {
                self.missing = Missing { grace: GRACE, ..Missing::default() };
                self.debouncer().apply_scan(scan, now);
            }
            Err(error) => self.miss(error, now),
        }
    }

    /// Reports that the directory is missing: at once if it never was there,
    /// otherwise if it does not come back.
    fn miss(&mut self, error: LoadError, now: Instant) {
        (self.watched, self.events) = (None, None);
        self.debouncer().directory_missing(now);
        let since = *self.missing.since.get_or_insert(now);
        if !self.missing.is_reported && now.saturating_duration_since(since) >= self.missing.grace {
            self.missing.is_reported = true;
            self.errors.push_back(WatchError::Directory { error });
        }
    }

    fn debouncer(&self) -> MutexGuard<'_, Debouncer> {
        lock(&self.debouncer)
    }
}

/// Waits until one of the watchers has a notification, until a time, or until `stop`
/// or `asked`. Several watchers are [beside](Watcher::beside) the first.
pub(crate) fn wait(
    watchers: &mut [Watcher],
    until: Option<Instant>,
    stop: &Receiver<()>,
    asked: &Receiver<()>,
) -> Waited {
    let woken = watchers.first().map_or_else(never, |first| first.wake.1.clone());
    loop {
        if stop.try_recv() != Err(TryRecvError::Empty) {
            return Waited::Stopped;
        }
        let now = Instant::now();
        watchers.iter_mut().for_each(|watcher| watcher.run_tasks(now));
        if watchers.iter().any(|watcher| watcher.has_noticed(now)) {
            return Waited::Noticed;
        }
        if until.is_some_and(|until| until <= now) {
            return Waited::TimeUp;
        }
        let wakes = watchers.iter().map(|watcher| watcher.debouncer().wake());
        let sleep = wakes.chain(until).min().map(|at| at.saturating_duration_since(now));
        select! {
            recv(woken) -> _ => {}
            recv(stop) -> _ => return Waited::Stopped,
            recv(asked) -> _ => return Waited::Asked,
            default(sleep.unwrap_or(CHECK_INTERVAL)) => {}
        }
    }
}

fn lock(debouncer: &Mutex<Debouncer>) -> MutexGuard<'_, Debouncer> {
    debouncer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the directory that a path means now. It may be replaced by another
/// one, or a link may get another target.
fn identity(directory: &Path) -> Option<Identity> {
    let real = directory.canonicalize().ok()?;
    let (_, numbers) = platform::look(&real).ok()?;
    Some((real, numbers.file))
}

/// Returns the file that a link refers to now.
fn link_target(link: &Path) -> Option<FileIdentity> {
    FileIdentity::at(link).ok()
}

/// Opens the events of the system.
/// Returns `Ok` if the system reports the changes of a directory, and else its
/// reason. A watch then compares files, as [`WatchError::Polling`] says.
///
/// It does not mean that each change has an event: those of a bind mount or a
/// network drive may be made elsewhere.
///
/// # Errors
///
/// The text of the system.
///
/// ```
/// match plugin_interface::check_watch_events(std::env::temp_dir()) {
///     Ok(()) => println!("by events"),
///     Err(reason) => println!("by comparing files: {reason}"),
/// }
/// ```
pub fn check_watch_events(directory: impl AsRef<Path>) -> Result<(), String> {
    let opened = open(directory.as_ref(), RecursiveMode::NonRecursive, Box::new(drop));
    opened.map(drop).map_err(|error| error.to_string())
}

fn open(root: &Path, mode: RecursiveMode, handler: Handler) -> notify::Result<Events> {
    let config = notify::Config::default().with_follow_symlinks(false);
    let mut watcher = notify::RecommendedWatcher::new(handler, config)?;
    watcher.watch(root, mode)?;
    Ok(Box::new(watcher))
}

#[cfg(test)]
#[path = "watcher_tests.rs"]
mod tests;
