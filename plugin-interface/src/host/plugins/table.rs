//! The current plugins of a directory, as one thread publishes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::closing::Closing;
use super::counts::{PluginCounts, Tally};
use super::event::PluginEvent;
use super::plugin::{Plugin, Version};
#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::error::{HealthError, LoadError};
use crate::host::event_queue::Events;
use crate::host::live::LiveInterface;
use crate::host::load::layers::Layers;
use crate::host::manager::handle::PluginHandle;
use crate::host::watch::{ManagerNotification, WatchError, WatchEvent};
use crate::interface::HasProxy;

/// The plugins that are current, and what was rejected.
pub(super) struct Table<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    /// Sorted. No code of plugins or users runs while it is locked.
    plugins: RwLock<Vec<Plugin<I>>>,
    /// Locked by who changes them.
    writing: Mutex<()>,
    rejected: Mutex<Rejections>,
    /// What the manager holds. Only its thread locks it.
    held: Mutex<BTreeMap<PathBuf, HeldFile>>,
    tally: Mutex<Tally>,
    /// The packages that come first. Locked for moments.
    order: Mutex<Vec<String>>,
    layers: Layers,
    /// The number of plugins so far.
    started: AtomicU64,
    /// Versions that were replaced, until the manager has released them: they are the
    /// last to be dropped then, and closed on the thread for that.
    replaced: Mutex<Vec<Plugin<I>>>,
    pub(super) closing: Arc<Closing>,
}

/// The last error of each file or directory.
type Rejections = BTreeMap<PathBuf, Arc<WatchError>>;

/// A file whose plugins the manager holds.
struct HeldFile {
    /// The addresses of the instances, which live as long as they are held.
    instances: Vec<usize>,
    generation: u64,
    /// The number of versions that were replaced, and whose end is not reported
    /// yet.
    replaced: usize,
}

/// Returns `true` if these are all plugins of their library.
fn has_all(handles: &[&PluginHandle]) -> bool {
    let Some(first) = handles.first() else { return false };
    let registrations = &first.metadata().registrations;
    let listed = registrations.iter().filter(|it| it.interface == first.interface()).count();
    handles.len() >= listed
}

impl<I: LiveInterface + ?Sized> Table<I> {
    pub(super) fn new(layers: Layers, order: Vec<String>) -> Self {
        Table {
            plugins: RwLock::default(),
            writing: Mutex::default(),
            rejected: Mutex::default(),
            held: Mutex::default(),
            tally: Mutex::default(),
            order: Mutex::new(order),
            layers,
            started: AtomicU64::new(0),
            replaced: Mutex::default(),
            closing: Arc::default(),
        }
    }

    pub(super) fn all(&self) -> Vec<Plugin<I>> {
        self.plugins.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn get(&self, name: &str) -> Option<Plugin<I>> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.iter().find(|plugin| Plugin::name(plugin) == name).cloned()
    }

    pub(super) fn events(&self) -> Events<PluginEvent> {
        Events(Arc::clone(&self.closing.events))
    }

    pub(super) fn rejected(&self) -> Vec<Arc<WatchError>> {
        self.rejections().into_values().collect()
    }

    /// Returns the last errors that are of a file or directory as it is now.
    fn rejections(&self) -> Rejections {
        true_now(self.lock_rejected().clone())
    }

    /// Returns the plugins and the last errors of one moment: a file is among either,
    /// also while it is taken in.
    pub(super) fn all_and_rejections(&self) -> (Vec<Plugin<I>>, Rejections) {
        let writing = self.lock_writing();
        let (current, rejected) = (self.all(), self.lock_rejected().clone());
        drop(writing);
        (current, true_now(rejected))
    }

    pub(super) fn counts(&self) -> PluginCounts {
        self.lock_tally().read()
    }

    /// Publishes what the manager did. Returns `true`: the manager goes on.
    pub(super) fn take_in(&self, notification: ManagerNotification) -> bool {
        match notification {
            ManagerNotification::Event(WatchEvent::Handles(handles, paths)) => {
                self.loaded(&handles, &paths);
            }
            ManagerNotification::Unloaded { path, .. } => self.unloaded(&path),
            ManagerNotification::Error(error) => self.failed(error),
            ManagerNotification::Event(_) => {}
        }
        true
    }

    /// Publishes the plugins of files, in the place of older versions.
    fn loaded(&self, handles: &[PluginHandle], paths: &[PathBuf]) {
        let writing = self.lock_writing();
        let (mut current, mut events) = (self.all(), Vec::new());
        for path in paths {
            let new: Vec<_> = handles.iter().filter(|handle| handle.path() == path).collect();
            if let Some(generation) = self.hold(path, &new) {
                let package = new.first().map(|it| &*it.metadata().package.name);
                let is_older = |plugin: &mut Plugin<I>| {
                    // Those that it shadows are unloaded next.
                    let lower = (Plugin::path(plugin), Plugin::package(plugin));
                    let is_shadowed = |package| self.layers.shadows((path, package), lower);
                    lower.0 == path || package.is_some_and(is_shadowed)
                };
                self.lock_replaced().extend(current.extract_if(.., is_older));
                new.iter().for_each(|handle| self.lock_tally().add(handle.close_record()));
                let (plugins, failed) = self.plugins_of(&new, generation);
                if has_all(&new) && failed.is_empty() {
                    self.lock_rejected().remove(path);
                }
                events.extend(events_of(path, generation, &plugins));
                current.extend(plugins);
                events.extend(failed.into_iter().map(|error| self.reject(error)));
            }
        }
        self.publish(current);
        drop(writing);
        events.into_iter().for_each(|event| self.closing.events.push(event));
    }

    /// Remembers what the manager holds of a file. Returns the number of the
    /// version, or `None` if it held that before: the file went and came back.
    fn hold(&self, path: &Path, handles: &[&PluginHandle]) -> Option<u64> {
        let instances: Vec<_> = handles.iter().map(|it| it.instance_address()).collect();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(path) {
            None => {
                let file = HeldFile { instances, generation: 1, replaced: 0 };
                held.insert(path.to_owned(), file);
                Some(1)
            }
            Some(file) if instances.iter().all(|it| file.instances.contains(it)) => None,
            Some(file) => {
                let (generation, replaced) = (file.generation + 1, file.replaced + 1);
                *file = HeldFile { instances, generation, replaced };
                Some(generation)
            }
        }
    }

    /// Returns the plugins of one file, and the errors of those without a proxy.
    fn plugins_of(
        &self,
        handles: &[&PluginHandle],
        generation: u64,
    ) -> (Vec<Plugin<I>>, Vec<WatchError>) {
        let (mut plugins, mut failed) = (Vec::new(), Vec::new());
        for handle in handles {
            let path = handle.path().to_owned();
            match handle.proxy::<I>() {
                Ok(proxy) => plugins.push(self.plugin(handle, proxy, generation)),
                Err(source) => {
                    let error = LoadError::Proxy { path: path.clone(), source };
                    failed.push(WatchError::Load { path, error, serving: false, retried: false });
                }
            }
        }
        (plugins, failed)
    }

    fn plugin(&self, handle: &PluginHandle, proxy: I::Proxy, generation: u64) -> Plugin<I> {
        let package = handle.metadata().package.name.clone();
        let place = (handle.path().to_owned(), handle.name().to_owned());
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let (instance, closing) = (handle.shared(), Arc::downgrade(&self.closing));
        instance.report_to(Box::new(move |error| {
            if let Some(closing) = closing.upgrade() {
                closing.fail(error);
            }
        }));
        let version = Version { place, package, generation, number, proxy, instance };
        Plugin::new(version, &self.closing)
    }

    /// Removes the plugins of a file, unless a newer version of it replaced what
    /// was unloaded.
    fn unloaded(&self, path: &Path) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(path) {
            Some(file) if file.replaced > 0 => {
                file.replaced -= 1;
                let oldest = file.generation - file.replaced as u64 - 1;
                drop(held);
                return self.release(path, oldest);
            }
            _ => held.remove(path),
        };
        drop(held);
        self.lock_rejected().remove(path);
        let is_its = |plugin: &mut Plugin<I>| Plugin::path(plugin) == path;
        let writing = self.lock_writing();
        let mut current = self.all();
        let mut removed: Vec<_> = current.extract_if(.., is_its).collect();
        let names = names_of(&removed);
        self.publish(current);
        drop(writing);
        // Those that failed before.
        removed.extend(self.lock_replaced().extract_if(.., is_its));
        close_in_order(removed);
        self.closing.events.push(PluginEvent::Removed { path: path.to_owned(), names });
    }

    /// Drops a version that the manager has released.
    fn release(&self, path: &Path, generation: u64) {
        let is_it = |plugin: &mut Plugin<I>| {
            Plugin::path(plugin) == path && Plugin::generation(plugin) == generation
        };
        let released = self.lock_replaced().extract_if(.., is_it).collect();
        close_in_order(released);
    }

    fn lock_replaced(&self) -> MutexGuard<'_, Vec<Plugin<I>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn failed(&self, error: WatchError) {
        let event = self.reject(error);
        self.closing.events.push(event);
    }

    /// Remembers an error. Returns its event.
    fn reject(&self, error: WatchError) -> PluginEvent {
        let error = Arc::new(error);
        let path = match &*error {
            WatchError::Load { path, .. }
            | WatchError::Polling { path, .. }
            | WatchError::Health { path, .. } => Some(&**path),
            WatchError::Directory { error } => Some(error.path()),
            WatchError::Unload { .. } | WatchError::Panicked { .. } => None,
        };
        if let Some(path) = path {
            self.lock_rejected().insert(path.to_owned(), Arc::clone(&error));
        }
        PluginEvent::Failed { error }
    }

    fn lock_rejected(&self) -> MutexGuard<'_, Rejections> {
        self.rejected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps others from publishing, between a look at the plugins and that.
    fn lock_writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, mut plugins: Vec<Plugin<I>>) {
        let order = self.lock_order();
        plugins.sort_by_key(|plugin| {
            let package = Plugin::package(plugin);
            let rank = order.iter().position(|it| it == package).unwrap_or(usize::MAX);
            (rank, plugin.version().place.clone())
        });
        drop(order);
        let mut current = self.plugins.write().unwrap_or_else(PoisonError::into_inner);
        let old = core::mem::replace(&mut *current, plugins);
        drop(current);
        // Not under the lock, though it does not wait for plugins.
        drop(old);
    }

    /// Puts these packages first from now on.
    #[cfg(feature = "configure")]
    pub(super) fn reorder(&self, order: Vec<String>) {
        let writing = self.lock_writing();
        *self.lock_order() = order;
        self.publish(self.all());
        drop(writing);
    }

    fn lock_order(&self) -> MutexGuard<'_, Vec<String>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes a plugin that failed. It is stopped when its file has a new version or
    /// is removed.
    pub(super) fn retire(&self, plugin: &Plugin<I>, error: HealthError) {
        let (number, path) = (plugin.version().number, Plugin::path(plugin).to_owned());
        let is_it = |other: &mut Plugin<I>| other.version().number == number;
        let writing = self.lock_writing();
        let mut current = self.all();
        // One that was replaced meanwhile is not there.
        let retired: Vec<_> = current.extract_if(.., is_it).collect();
        if retired.is_empty() {
            return;
        }
        self.lock_replaced().extend(retired);
        self.publish(current);
        drop(writing);
        self.failed(WatchError::Health { path, error });
    }

    /// Removes all plugins, and ends the events when those that nobody uses are closed.
    pub(super) fn clear(&self) {
        let writing = self.lock_writing();
        let mut all = self.all();
        all.append(&mut self.lock_replaced());
        self.publish(Vec::new());
        drop(writing);
        close_in_order(all);
        let events = Arc::clone(&self.closing.events);
        self.closing.run(move || events.close());
    }
}

/// Returns the events of a version that is published.
fn events_of<I: HasProxy<Proxy: Send + Sync> + ?Sized>(
    path: &Path,
    generation: u64,
    plugins: &[Plugin<I>],
) -> Vec<PluginEvent> {
    let is_started = |plugin: &&Plugin<I>| plugin.version().instance.has_lifecycle();
    let (path, names) = (path.to_owned(), names_of(plugins));
    let started = names_of(plugins.iter().filter(is_started));
    let of_start =
        (!started.is_empty()).then(|| PluginEvent::Started { path: path.clone(), names: started });
    let of_load = match generation {
        1 => PluginEvent::Loaded { path, names },
        _ => PluginEvent::Replaced { path, names, generation },
    };
    [of_load].into_iter().chain(of_start).collect()
}

/// Drops plugins, those first that were started last.
fn close_in_order<I: HasProxy<Proxy: Send + Sync> + ?Sized>(mut plugins: Vec<Plugin<I>>) {
    plugins.sort_by_key(|plugin| plugin.version().number);
    while plugins.pop().is_some() {}
}

fn names_of<'p, I: HasProxy<Proxy: Send + Sync> + ?Sized + 'p>(
    plugins: impl IntoIterator<Item = &'p Plugin<I>>,
) -> Vec<String> {
    plugins.into_iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Keeps the errors of files and directories as they are now.
fn true_now(mut rejected: Rejections) -> Rejections {
    rejected.retain(|_, error| is_true_now(error));
    rejected
}

/// Returns `true` if an error is of a file or directory that is still so.
fn is_true_now(error: &WatchError) -> bool {
    match error {
        #[cfg(feature = "configure")]
        WatchError::Load { path, error: LoadError::Configuration(_), .. } => {
            path.symlink_metadata().is_ok() && Configuration::read(path).is_err()
        }
        WatchError::Load { path, .. } | WatchError::Health { path, .. } => {
            path.symlink_metadata().is_ok()
        }
        WatchError::Directory { error } => fs::read_dir(error.path()).is_err(),
        _ => true,
    }
}
