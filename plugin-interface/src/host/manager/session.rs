//! One run of a watch: the manager alone loads and unloads.
//!
//! A changed file is loaded beside the old version, which is closed only if
//! that succeeds. A failure at any stage changes nothing, and is reported to
//! the callback.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::PluginManager;
use super::batch::{Batch, How, LoadedFile};
use super::dependencies::Dependencies;
#[cfg(feature = "configure")]
use super::followed_file::FollowedFile;
use super::held::Held;
use super::libraries::LoadedHandles;
#[cfg(feature = "trust")]
use super::libraries::RevokedLibrary;
use super::starting::Starting;
use crate::host::dev_report;
use crate::host::error::{LoadError, Retry};
use crate::host::file::compare::Content;
use crate::host::file::identity::FileIdentity;
use crate::host::live::Follower;
use crate::host::load::discover::Candidate;
use crate::host::load::layers::Layers;
use crate::host::load::plugins::Plugins;
use crate::host::manager::handle::PluginHandle;
use crate::host::watch::{
    Attempt, ManagerNotification, ReportPanic, ReportedFailures, RetryQueue, Verdict, WatchError,
    WatchEvent, WatchHandler, WatchNotification, WatchOptions,
};
use crate::interface::PluginTrait;

/// A run of a watch: the manager, its options and its callback.
pub(super) struct Session<'m, F> {
    pub(super) manager: &'m mut PluginManager,
    pub(super) layers: Layers,
    /// The only interface to load; `None` for all.
    pub(super) interface: Option<PluginTrait>,
    options: WatchOptions,
    callback: F,
    retries: RetryQueue,
    pub(super) failures: BTreeMap<PathBuf, ReportedFailures>,
    /// The files whose handles were passed to the callback.
    announced: BTreeSet<PathBuf>,
    /// What the plugins need of each other.
    pub(super) dependencies: Dependencies,
    /// The file by which the plugins are configured while the watch goes on.
    #[cfg(feature = "configure")]
    pub(super) configuration_file: Option<FollowedFile>,
    goes_on: bool,
}

impl<'m, F: FnMut(ManagerNotification) -> bool> Session<'m, F> {
    pub(super) fn new(
        manager: &'m mut PluginManager,
        layers: Layers,
        interface: Option<PluginTrait>,
        options: WatchOptions,
        callback: F,
    ) -> Self {
        Session {
            manager,
            layers,
            interface,
            retries: RetryQueue::new(options.quiet()),
            options,
            callback,
            failures: BTreeMap::new(),
            announced: BTreeSet::new(),
            dependencies: Dependencies::default(),
            #[cfg(feature = "configure")]
            configuration_file: None,
            goes_on: true,
        }
    }

    fn flow(&self) -> ControlFlow<()> {
        match self.goes_on {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }

    /// Tries the files whose time has come.
    fn try_again(&mut self) {
        let due = self.retries.due(Instant::now());
        self.load(due);
        self.replace(|_, follower| follower.try_again());
    }

    /// Tries files again soon that may lack something.
    fn changed_beside(&mut self) {
        let now = Instant::now();
        self.retries.changed_beside(now);
        self.manager.watching.followers.iter_mut().for_each(|f| f.changed_beside(now));
    }

    /// Does what a notification asks for.
    fn process(&mut self, notification: WatchNotification) {
        #[cfg(feature = "trust")]
        self.unload_revoked();
        #[cfg(feature = "configure")]
        self.check_configuration();
        match notification {
            WatchNotification::Changed { mut paths, since } => {
                paths.retain(|path| self.is_ours(path));
                self.changed_beside();
                self.replace_live(&mut paths, since);
                paths.iter().for_each(|path| self.retries.forget(path));
                self.load(paths);
            }
            WatchNotification::Removed { mut paths } => {
                paths.retain(|path| self.is_ours(path));
                self.changed_beside();
                self.remove(paths);
            }
            WatchNotification::Beside => self.changed_beside(),
            // It is waited for, and the others have plugins.
            WatchNotification::Error(WatchError::Directory {
                error: LoadError::DirectoryMissing { .. },
            }) if self.layers.are_several() => {}
            WatchNotification::Error(error) => self.tell(ManagerNotification::Error(error)),
            WatchNotification::Unchanged => {}
        }
    }

    fn is_ours(&self, path: &Path) -> bool {
        let is_below = |path: &Path, directory| Some(path.starts_with(absolute(directory).ok()?));
        self.layers.directories().iter().any(|directory| {
            path.starts_with(directory)
                || absolute(path).ok().and_then(|it| is_below(&it, directory)).unwrap_or_default()
        })
    }

    /// Calls the callback, unless it has stopped the watch.
    pub(super) fn tell(&mut self, notification: ManagerNotification) {
        self.goes_on = self.goes_on && (self.callback)(notification);
    }

    /// Replaces the plugins of each `Live`. Their files are not loaded again
    /// for the same interface.
    fn replace_live(&mut self, paths: &mut Vec<PathBuf>, since: Instant) {
        self.manager.watching.followers.retain(|follower| !follower.is_over());
        if !self.options.auto_load || self.manager.watching.followers.is_empty() {
            return;
        }
        let changed: BTreeSet<_> = paths.iter().filter_map(|path| absolute(path).ok()).collect();
        self.replace(|path, follower| {
            changed.contains(path).then(|| follower.changed(since)).flatten()
        });
        let (followers, interface) = (&self.manager.watching.followers, self.interface);
        paths.retain(|path| {
            let path = absolute(path).ok();
            let is_it = |follower: &Follower| {
                Some(follower.path()) == path.as_deref()
                    && interface.is_none_or(|interface| interface == follower.interface)
            };
            !followers.iter().any(is_it)
        });
    }

    /// Lets followers act, and reports the results.
    fn replace(&mut self, act: impl Fn(&Path, &mut Follower) -> Option<Result<u64, LoadError>>) {
        let mut told = Vec::new();
        for follower in &mut self.manager.watching.followers {
            let path = follower.path().to_owned();
            told.extend(act(&path, follower).map(|result| (path, result)));
        }
        for (path, result) in told {
            self.tell(match result {
                Ok(generation) => {
                    ManagerNotification::Event(WatchEvent::Replaced { path, generation })
                }
                Err(error) => {
                    let (serving, retried) = (true, error.retry() == Retry::Later);
                    ManagerNotification::Error(WatchError::Load { path, error, serving, retried })
                }
            });
        }
    }

    /// Loads files, then reports them, then closes the old versions.
    pub(super) fn load(&mut self, paths: Vec<PathBuf>) {
        if !self.options.auto_load {
            return self.announce(Vec::new(), paths);
        }
        let batch = self.load_in_order(paths, How::Whole);
        self.finish(batch);
    }

    /// Loads files again though they are the same.
    #[cfg(feature = "configure")]
    pub(super) fn load_again(&mut self, paths: Vec<PathBuf>) {
        let batch = self.load_in_order(paths, How::Again);
        self.finish(batch);
    }

    /// Reports what was loaded, and closes the old versions.
    fn finish(&mut self, batch: Batch) {
        let Batch { handles, loaded, replaced, failed, .. } = batch;
        let mut not_held = Vec::new();
        // Nothing more is loaded, so the reasons are known.
        for (path, attempt, mut error) in failed {
            self.dependencies.explain(&mut error);
            self.fail(&path, &attempt, error);
            not_held.extend(self.held(&path).is_none().then_some(path));
        }
        self.announce(handles, loaded);
        replaced.into_iter().for_each(|old| self.unload(old));
        self.unload_shadowed();
        // What was refused for one of them that did not start.
        not_held.iter().for_each(|path| self.load_refused_for(path));
    }

    /// Takes over the result of loading a file.
    pub(super) fn take_in(
        &mut self,
        path: &Path,
        attempt: Attempt,
        result: Result<LoadedFile, LoadError>,
        batch: &mut Batch,
    ) {
        let old = match result {
            Ok(LoadedFile::Waits) => return self.dependencies.wait(path),
            Err(error) => {
                self.dependencies.fail(path, &error);
                return batch.failed.push((path.to_owned(), attempt, error));
            }
            Ok(LoadedFile::Same) => None,
            Ok(LoadedFile::New(old)) => Some(old),
        };
        self.retries.forget(path);
        self.failures.remove(path);
        if self.announced.insert(path.to_owned()) || old.is_some() {
            batch.announce(path, self.held(path).map(Held::share).unwrap_or_default());
        }
        batch.replaced.extend(old.flatten().map(|old| *old));
    }

    fn announce(&mut self, handles: Vec<PluginHandle>, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        let builds = dev_report::once_each(handles.iter().filter_map(PluginHandle::head));
        let is_typed = self.options.emit_proxies && self.interface == Some(PluginTrait::Greeter);
        let event = match is_typed {
            true => {
                let proxies = handles.iter().filter_map(PluginHandle::as_greeter).collect();
                WatchEvent::Proxies(proxies, paths)
            }
            false => WatchEvent::Handles(handles, paths),
        };
        self.tell(ManagerNotification::Event(event));
        dev_report::used(builds);
    }

    /// Loads a file, and holds it.
    pub(super) fn load_one(&mut self, path: &Path, how: How) -> Result<LoadedFile, LoadError> {
        let (users, above) = (self.kept_users(path), self.above(path));
        let (manager, interface, layers) = (&mut *self.manager, self.interface, &self.layers);
        manager.rejected.clear();
        let held = &mut manager.watching.held;
        let old = held.iter().rposition(|held| held.is_of(path, interface));
        let mut origin = None;
        let mut is_new = |content: &Content, file: &FileIdentity| match old {
            Some(at) if how != How::Again && held[at].has(content) => {
                held[at].origin = file.clone();
                Ok(false)
            }
            _ => {
                if !users.is_empty() {
                    let (path, users) = (path.to_owned(), users.clone());
                    return Err(LoadError::ProviderInUse { path, users });
                }
                origin = Some(file.clone());
                if old.is_none() {
                    refuse_twin(held, layers, path, interface, content)?;
                }
                Ok(true)
            }
        };
        let candidate = Candidate::found(path).patient(Duration::ZERO);
        let waits = how != How::InPart;
        let plugins = Plugins::of(interface).if_new(&mut is_new).waiting(waits).beneath(above);
        let mut related = None;
        let loaded = manager.libraries.load_related(&candidate, plugins, &mut related);
        let is_related = related.is_some();
        if let Some(metadata) = related {
            self.dependencies.describe(path, metadata);
        }
        if waits && is_related && loaded.as_ref().is_err_and(Dependencies::may_wait) {
            return Ok(LoadedFile::Waits);
        }
        let Some((loaded, origin)) = loaded?.zip(origin) else { return Ok(LoadedFile::Same) };
        let new = self.hold(path, loaded, origin, old)?;
        self.manager.libraries.publish(&new.handles);
        let held = &mut self.manager.watching.held;
        let old = old.filter(|_| self.options.auto_unload).map(|at| held.remove(at));
        held.push(new);
        if let Some(old) = &old {
            self.manager.libraries.withdraw(&old.providers());
        }
        Ok(LoadedFile::New(old.map(Box::new)))
    }

    /// Holds a library. A library that replaces an old version must have
    /// everything that the old one has, gets its state, and is started.
    fn hold(
        &mut self,
        path: &Path,
        loaded: LoadedHandles,
        origin: FileIdentity,
        old: Option<usize>,
    ) -> Result<Held, LoadError> {
        let LoadedHandles { mut handles, mut failed, names, content, library } = loaded;
        let old = old.map(|at| &self.manager.watching.held[at]);
        let serves = !handles.is_empty() && old.is_none_or(|old| old.is_covered_by(&handles));
        let mut refusal = match (serves, old) {
            (false, _) => failed.pop(),
            (true, Some(old)) => match self.refuse_lost_service(path, &handles) {
                None => old.hand_over(&mut handles).err(),
                refusal => refusal,
            },
            (true, None) => self.succeed_shadowed(path, &mut handles).err(),
        };
        if let (None, Some(old)) = (&refusal, old) {
            let not_started;
            (handles, not_started) = Starting::default().start(&self.manager.libraries, handles);
            failed.extend(not_started);
            refusal = failed.pop_if(|_| !old.is_covered_by(&handles));
        }
        let serving = refusal.is_some() && old.is_some();
        let attempt = Attempt::of(origin.clone());
        for error in failed {
            self.dependencies.fail(path, &error);
            self.fail_finally(path, &attempt, error, serving, false);
        }
        if let Some(error) = refusal {
            return Err(error);
        }
        let (path, interface, close_record) =
            (path.to_owned(), self.interface, library.close_record());
        Ok(Held { path, names, interface, origin, content, close_record, handles })
    }

    /// Returns the newest version of a file that is held.
    pub(super) fn held(&self, path: &Path) -> Option<&Held> {
        let mut held = self.manager.watching.held.iter();
        held.rfind(|held| held.is_of(path, self.interface))
    }

    /// Reports why a file was not loaded, unless it will be tried again.
    fn fail(&mut self, path: &Path, attempt: &Attempt, error: LoadError) {
        let found = attempt.file_now(path);
        if self.retries.judge(path, &error, found, Instant::now()) == Verdict::Final {
            let (serving, retried) = (self.held(path).is_some(), error.retry() == Retry::Later);
            self.fail_finally(path, attempt, error, serving, retried);
        }
    }

    pub(super) fn fail_finally(
        &mut self,
        path: &Path,
        attempt: &Attempt,
        error: LoadError,
        serving: bool,
        retried: bool,
    ) {
        if self.is_news(path, attempt, &error) {
            if serving && Dependencies::may_wait(&error) {
                // Its old version holds up no new version of a provider any more.
                self.retries.changed_beside(Instant::now());
            }
            self.tell_failure(path, error, serving, retried);
        }
    }

    /// Returns `true` for the first failure of its kind in one state of the file.
    fn is_news(&mut self, path: &Path, attempt: &Attempt, error: &LoadError) -> bool {
        self.failures.entry(path.to_owned()).or_default().is_new(attempt, error)
    }

    fn tell_failure(&mut self, path: &Path, error: LoadError, serving: bool, retried: bool) {
        dev_report::refused(path, &error);
        let path = path.to_owned();
        let error = WatchError::Load { path, error, serving, retried };
        self.tell(ManagerNotification::Error(error));
    }

    /// Unloads what was loaded before it was revoked.
    #[cfg(feature = "trust")]
    fn unload_revoked(&mut self) {
        for RevokedLibrary { path, error, decided } in self.manager.libraries.revoked() {
            let is_revoked = matches!(error, LoadError::Revoked { .. });
            let unloads = self.options.auto_unload && is_revoked && self.held(&path).is_some();
            let attempt = Attempt::begin(&path);
            if self.is_news(&path, &attempt, &error) {
                let _ = decided.emit();
                self.tell_failure(&path, error, !unloads, false);
            }
            if unloads {
                self.unload_with_users(&path);
            }
        }
    }

    /// Processes removed files.
    fn remove(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            if path.symlink_metadata().is_ok() {
                // Its return is reported, as its removal was.
                self.announced.remove(&path);
                self.load(vec![path]);
                continue;
            }
            self.retries.forget(&path);
            self.failures.remove(&path);
            self.dependencies.forget(&path);
            if self.options.auto_unload {
                self.unload_with_users(&path);
            }
        }
    }

    /// Unloads the libraries of a file, loaded here or by other means.
    pub(super) fn unload_file(&mut self, path: &Path) {
        let interface = self.interface;
        let is_it = |held: &Held| held.is_of(path, interface);
        if self.held(path).is_none() {
            if let Ok(counter) = self.manager.unload_by_path(path) {
                let path = path.to_owned();
                self.tell(ManagerNotification::Unloaded { path, counter });
            }
            return;
        }
        self.announced.remove(path);
        while let Some(at) = self.manager.watching.held.iter().position(is_it) {
            let held = self.manager.watching.held.remove(at);
            self.unload(held);
        }
    }

    /// Closes a library.
    fn unload(&mut self, held: Held) {
        let (path, close_record) = (held.path.clone(), held.close_record.clone());
        self.manager.libraries.withdraw(&held.providers());
        let (counter, errors) = held.close();
        self.manager.libraries.forget_record(&close_record);
        for error in errors {
            self.tell(ManagerNotification::Error(WatchError::Unload { error }));
        }
        self.tell(ManagerNotification::Unloaded { path: path.clone(), counter });
        self.load_refused_for(&path);
    }

    /// Loads the files that were refused for the sake of one that is not loaded any
    /// more: its copies, and its package in earlier directories.
    fn load_refused_for(&mut self, path: &Path) {
        let is_refused = |reported: &ReportedFailures| reported.refused_for() == Some(path);
        let refused = self.failures.iter().filter(|(_, reported)| is_refused(reported));
        let refused = refused.map(|(path, _)| path.clone()).collect::<Vec<_>>();
        if !refused.is_empty() {
            self.load(self.manager.libraries.in_order(refused));
        }
    }
}

impl<F: FnMut(ManagerNotification) -> bool> WatchHandler for Session<'_, F> {
    fn wake(&self) -> Option<Instant> {
        let followers = self.manager.watching.followers.iter();
        let wake = followers.filter_map(Follower::wake).chain(self.retries.wake());
        #[cfg(feature = "configure")]
        let wake = wake.chain(self.configuration_file.as_ref().map(FollowedFile::wake));
        wake.min()
    }

    fn time_up(&mut self) -> ControlFlow<()> {
        #[cfg(feature = "configure")]
        if self.configuration_file.as_ref().is_some_and(|file| file.is_due(Instant::now())) {
            self.check_configuration();
        }
        self.try_again();
        self.flow()
    }

    fn asked(&self) -> Receiver<()> {
        self.manager.watching.asked.receiver()
    }

    fn retry(&mut self) -> ControlFlow<()> {
        if self.disable_and_enable() {
            return self.flow();
        }
        let now = Instant::now();
        self.retries.retry(now);
        self.manager.watching.followers.iter_mut().for_each(|follower| follower.retry(now));
        self.time_up()
    }

    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()> {
        self.process(notification);
        self.flow()
    }
}

impl<F: FnMut(ManagerNotification) -> bool> ReportPanic for Session<'_, F> {
    fn panicked(&mut self, message: String) {
        self.tell(ManagerNotification::Error(WatchError::Panicked { message }));
    }
}

/// Refuses a file that is a copy of one that is loaded.
fn refuse_twin(
    held: &[Held],
    layers: &Layers,
    path: &Path,
    interface: Option<PluginTrait>,
    content: &Content,
) -> Result<(), LoadError> {
    let is_twin = |other: &&Held| {
        other.interface == interface
            && layers.are_beside(&other.path, path)
            && other.has(content)
            && other.is_there()
    };
    match held.iter().find(is_twin) {
        None => Ok(()),
        Some(other) => Err(LoadError::Duplicate { path: path.to_owned(), of: other.path.clone() }),
    }
}
