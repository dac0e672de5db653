//! Watches a target, on the thread of whoever waits for it.
//!
//! Events go straight from the system's thread into the debouncer, behind a lock
//! that is held for moments; this side asks the debouncer what to do, does the
//! looking and counting, and sleeps until it is woken or the time has come. So
//! nothing is queued: what is not taken yet stays in the debouncer, once for each
//! file.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select};
use notify::{RecursiveMode, Watcher as _};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::platform;
use crate::host::watch::debouncer::{Debouncer, FileEvent, Finding, Task, Timing};
use crate::host::watch::events::translate;
use crate::host::watch::notification::{WatchError, WatchNotification};
use crate::host::watch::scan;
use crate::host::watch::target::WatchTarget;

/// How often to look whether the directory is still the one that is watched,
/// and how often to count its files where the system tells nothing.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// For how long a file, or the directory, may be away and come back.
const GRACE: Duration = Duration::from_millis(500);

/// Calls the handler with the system's events of a directory.
pub(super) type Open = fn(&Path, RecursiveMode, Handler) -> notify::Result<Events>;
pub(super) type Handler = Box<dyn FnMut(notify::Result<notify::Event>) + Send>;
/// Events come for as long as this lives.
pub(super) type Events = Box<dyn notify::Watcher + Send>;

/// A target, and all that is known of it.
pub(crate) struct Watcher {
    target: WatchTarget,
    /// Whether to do without events, and how often to count then.
    polling: Option<Duration>,
    open: Open,
    debouncer: Arc<Mutex<Debouncer>>,
    /// One token, put there when the debouncer wants to be asked earlier.
    wake: (Sender<()>, Receiver<()>),
    events: Option<Events>,
    /// The directory that is watched.
    armed: Option<Identity>,
    missing: Missing,
    /// Where links lead to, as it was.
    links: BTreeMap<PathBuf, Option<FileIdentity>>,
    errors: VecDeque<WatchError>,
}

/// A directory without links, its device and its number there.
type Identity = (PathBuf, (u64, u64));

/// Since when the directory is away, and what was told about it.
#[derive(Default)]
struct Missing {
    since: Option<Instant>,
    is_told: bool,
    /// How long it may be.
    grace: Duration,
}

/// Why waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// There is something to take.
    Noticed,
    /// It was time.
    TimeUp,
    /// Somebody said stop, or nobody can any more.
    Stopped,
}

impl Watcher {
    /// Watches from now on, and first notices what is there: every `polling`
    /// without events, if that is given.
    pub(crate) fn new(target: WatchTarget, quiet: Duration, polling: Option<Duration>) -> Self {
        Self::with(target, quiet, polling, open)
    }

    fn with(target: WatchTarget, quiet: Duration, polling: Option<Duration>, open: Open) -> Self {
        let timing = Timing { quiet, grace: GRACE.max(quiet), check_interval: CHECK_INTERVAL };
        let debouncer = Arc::new(Mutex::new(Debouncer::new(timing, Instant::now())));
        let mut watcher = Watcher {
            target,
            polling,
            open,
            debouncer,
            wake: bounded(1),
            events: None,
            armed: None,
            missing: Missing::default(),
            links: BTreeMap::new(),
            errors: VecDeque::new(),
        };
        watcher.run_tasks(Instant::now());
        watcher
    }

    /// The directory, as it was named.
    pub(crate) fn directory(&self) -> &Path {
        &self.target.directory
    }

    /// Waits until something is noticed, until a time, or until `stop`.
    pub(crate) fn wait(&mut self, until: Option<Instant>, stop: &Receiver<()>) -> Waited {
        loop {
            if stop.try_recv() != Err(TryRecvError::Empty) {
                return Waited::Stopped;
            }
            let now = Instant::now();
            self.run_tasks(now);
            if !self.errors.is_empty() || self.debouncer().has_findings(now) {
                return Waited::Noticed;
            }
            if until.is_some_and(|until| until <= now) {
                return Waited::TimeUp;
            }
            let wake = self.debouncer().wake();
            let at = until.map_or(wake, |until| wake.min(until));
            select! {
                recv(self.wake.1) -> _ => {}
                recv(stop) -> _ => return Waited::Stopped,
                default(at.saturating_duration_since(now)) => {}
            }
        }
    }

    /// What was noticed, if anything.
    pub(crate) fn take(&mut self) -> Option<WatchNotification> {
        if let Some(error) = self.errors.pop_front() {
            return Some(WatchNotification::Error(error));
        }
        let now = Instant::now();
        loop {
            let finding = self.debouncer().find(now)?;
            match finding {
                Finding::Removed(paths) => {
                    self.links.retain(|link, _| !paths.contains(link));
                    self.update_links();
                    return Some(WatchNotification::Removed { paths });
                }
                Finding::Changed(mut paths, since) => {
                    paths.retain(|path| self.is_there(path, now));
                    if !paths.is_empty() {
                        return Some(WatchNotification::Changed { paths, since });
                    }
                }
            }
        }
    }

    /// Whether the file is there, as the events may not have told; and if it
    /// is a link, remembers where it leads.
    fn is_there(&mut self, path: &Path, now: Instant) -> bool {
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                drop(self.links.insert(path.into(), link_target(path)))
            }
            Ok(_) => drop(self.links.remove(path)),
            Err(_) => {
                self.debouncer().handle(FileEvent::Removed(path.to_owned()), now);
                return false;
            }
        }
        self.update_links();
        true
    }

    fn update_links(&self) {
        self.debouncer().set_has_links(!self.links.is_empty());
    }

    /// Does what the debouncer wants done by now.
    fn run_tasks(&mut self, now: Instant) {
        // The lock is not held while it is done.
        let next = |this: &Self| this.debouncer().next_task(now);
        while let Some(task) = next(self) {
            match task {
                Task::Rewatch => self.rewatch(now),
                Task::Check => self.check(now),
            }
        }
    }

    fn check(&mut self, now: Instant) {
        if identity(&self.target.directory) != self.armed || self.armed.is_none() {
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
    }

    /// Watches first, then counts: what comes in between is noticed twice.
    fn rewatch(&mut self, now: Instant) {
        self.events = None;
        self.armed = identity(&self.target.directory);
        let root = self.armed.as_ref().map(|(root, ..)| root.clone());
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
        // If its files cannot be counted either, that was told.
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
                // Such as a new directory below, for which no watch was left.
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
            // Whoever wakes wants the debouncer.
            drop(debouncer);
            if is_earlier {
                // Full means that the token lies there.
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

    /// Tells that the directory is away: at once if it never was there, else
    /// when it does not come back.
    fn miss(&mut self, error: LoadError, now: Instant) {
        (self.armed, self.events) = (None, None);
        self.debouncer().directory_missing(now);
        let since = *self.missing.since.get_or_insert(now);
        if !self.missing.is_told && now.saturating_duration_since(since) >= self.missing.grace {
            self.missing.is_told = true;
            self.errors.push_back(WatchError::Directory { error });
        }
    }

    fn debouncer(&self) -> MutexGuard<'_, Debouncer> {
        lock(&self.debouncer)
    }
}

fn lock(debouncer: &Mutex<Debouncer>) -> MutexGuard<'_, Debouncer> {
    debouncer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which directory a path means now: another one may take its target, or a
/// link may come to lead to another.
fn identity(directory: &Path) -> Option<Identity> {
    let real = directory.canonicalize().ok()?;
    let number = platform::file_number(&real.metadata().ok()?);
    Some((real, number))
}

/// The file that a link leads to, as it is now.
fn link_target(link: &Path) -> Option<FileIdentity> {
    link.metadata().ok().map(|found| FileIdentity::of(&found))
}

/// The system's own events.
fn open(root: &Path, mode: RecursiveMode, handler: Handler) -> notify::Result<Events> {
    let config = notify::Config::default().with_follow_symlinks(false);
    let mut watcher = notify::RecommendedWatcher::new(handler, config)?;
    watcher.watch(root, mode)?;
    Ok(Box::new(watcher))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crossbeam_channel::never;
    use notify::event::{EventKind, Flag};

    use crate::host::watch::watcher::*;

    const QUIET: Duration = Duration::from_millis(20);

    fn library(directory: &Path, name: &str) -> PathBuf {
        directory.join(name).with_extension(std::env::consts::DLL_EXTENSION)
    }

    /// The next that is noticed.
    fn next(watcher: &mut Watcher) -> WatchNotification {
        loop {
            assert_eq!(watcher.wait(None, &never()), Waited::Noticed);
            if let Some(noticed) = watcher.take() {
                return noticed;
            }
        }
    }

    fn expect_changed(watcher: &mut Watcher, path: &Path) {
        let noticed = next(watcher);
        let WatchNotification::Changed { paths, .. } = noticed else { panic!("{noticed:?}") };
        assert_eq!(paths, [path]);
    }

    /// Of changes before, any number may be noticed.
    fn expect_removed(watcher: &mut Watcher, path: &Path) {
        loop {
            match next(watcher) {
                WatchNotification::Changed { paths, .. } => assert_eq!(paths, [path]),
                WatchNotification::Removed { paths } => break assert_eq!(paths, [path]),
                other => panic!("{other:?}"),
            }
        }
    }

    fn no_watches(_: &Path, _: RecursiveMode, _: Handler) -> notify::Result<Events> {
        Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch))
    }

    #[test]
    fn without_watches_it_polls_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = library(directory.path(), "one");
        fs::write(&path, "1").unwrap();
        let target = WatchTarget::directory(directory.path(), false);
        let mut watcher = Watcher::with(target, QUIET, None, no_watches);
        let told = next(&mut watcher);
        let WatchNotification::Error(WatchError::Polling { reason, .. }) = told else {
            panic!("{told:?}");
        };
        assert_eq!(reason, "OS file watch limit reached.");
        expect_changed(&mut watcher, &path);
        // Once more, since a count may not show what follows it closely.
        expect_changed(&mut watcher, &path);
        fs::write(&path, "22").unwrap();
        expect_changed(&mut watcher, &path);
        fs::remove_file(&path).unwrap();
        expect_removed(&mut watcher, &path);
    }

    /// A system whose queue is full: it tells of nothing but that.
    fn overflows(_: &Path, _: RecursiveMode, mut handler: Handler) -> notify::Result<Events> {
        static LOST: Mutex<Vec<Handler>> = Mutex::new(Vec::new());
        let lost = || notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
        let mut earlier = LOST.lock().unwrap();
        if let Some(mut earlier) = earlier.pop() {
            earlier(Ok(lost()));
        }
        handler(Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
        earlier.push(handler);
        Ok(Box::new(notify::NullWatcher))
    }

    #[test]
    fn where_events_are_lost_the_files_are_counted() {
        let directory = tempfile::tempdir().unwrap();
        let target = WatchTarget::directory(directory.path(), false);
        let mut watcher = Watcher::with(target, QUIET, None, overflows);
        for name in ["one", "two", "three"] {
            let path = library(directory.path(), name);
            fs::write(&path, name).unwrap();
            let mut found = false;
            // The others are young, and may have changed.
            while !found {
                let noticed = next(&mut watcher);
                let WatchNotification::Changed { paths, .. } = noticed else {
                    panic!("{noticed:?}")
                };
                found = paths.contains(&path);
            }
        }
    }

    #[test]
    fn one_file_is_watched_alone() {
        let directory = tempfile::tempdir().unwrap();
        // Any name will do for a file that is named.
        let path = directory.path().join("plugin");
        let mut watcher = Watcher::new(WatchTarget::file(&path), QUIET, None);
        fs::write(library(directory.path(), "other"), "other").unwrap();
        fs::write(&path, "1").unwrap();
        expect_changed(&mut watcher, &path);
        fs::remove_file(&path).unwrap();
        expect_removed(&mut watcher, &path);
    }

    #[test]
    fn waiting_ends_when_it_is_time_or_somebody_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let target = WatchTarget::directory(directory.path(), false);
        let mut watcher = Watcher::new(target, QUIET, None);
        let soon = Some(Instant::now() + QUIET);
        assert_eq!(watcher.wait(soon, &never()), Waited::TimeUp);
        let (stop, stopped) = bounded(1);
        stop.send(()).unwrap();
        assert_eq!(watcher.wait(None, &stopped), Waited::Stopped);
        drop(stop);
        assert_eq!(watcher.wait(None, &stopped), Waited::Stopped);
    }
}
