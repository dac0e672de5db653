//! The current plugins of a directory, as one thread publishes them.

use core::fmt;
use core::ops::Deref;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::host::error::LoadError;
use crate::host::live::LiveInterface;
use crate::host::load::policy::LoadPolicy;
use crate::host::manager::handle::PluginHandle;
use crate::host::reload::CloseQueue;
use crate::host::watch::{ManagerNotification, WatchError, WatchEvent};
use crate::interface::HasProxy;

/// The plugins that are current, and what was rejected.
pub(super) struct Table<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    /// Sorted. No code of plugins or users runs while it is locked.
    plugins: RwLock<Vec<Plugin<I>>>,
    rejected: Mutex<BTreeMap<PathBuf, Arc<WatchError>>>,
    /// The number of versions of a file that were replaced, and whose end is not
    /// reported yet.
    replaced: Mutex<BTreeMap<PathBuf, usize>>,
    changes: AtomicU64,
    /// The packages that come first.
    order: Vec<String>,
    closing: Arc<CloseQueue>,
}

/// One version of a plugin, which dereferences to the trait through its proxy.
///
/// It stays loaded until this is dropped, also if it was replaced. A last version
/// is closed on a thread of this crate, not by the caller that drops it.
pub struct Plugin<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    /// Is there until the drop.
    version: Option<Arc<Version<I::Proxy>>>,
    closing: Arc<CloseQueue>,
}

struct Version<P> {
    place: (usize, PathBuf, String),
    package: String,
    generation: u64,
    /// The address of the instance, which lives as long as the proxy.
    instance: usize,
    proxy: P,
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Plugin<I> {
    fn version(&self) -> &Version<I::Proxy> {
        match &self.version {
            Some(version) => version,
            None => unreachable!("it is taken by the drop only"),
        }
    }

    fn share(&self) -> Self {
        Plugin { version: self.version.clone(), closing: Arc::clone(&self.closing) }
    }

    /// Returns the name: that of the type, or `name = ".."`. This is a function
    /// and no method, so that it hides no method of the trait, as the others are.
    pub fn name(plugin: &Self) -> &str {
        &plugin.version().place.2
    }

    /// Returns the library's file.
    pub fn path(plugin: &Self) -> &Path {
        &plugin.version().place.1
    }

    /// Returns the name of the library's package.
    pub fn package(plugin: &Self) -> &str {
        &plugin.version().package
    }

    /// Returns the number of the version of its file, counted from 1.
    pub fn generation(plugin: &Self) -> u64 {
        plugin.version().generation
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Deref for Plugin<I> {
    type Target = I::Proxy;

    fn deref(&self) -> &I::Proxy {
        &self.version().proxy
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Clone for Plugin<I> {
    fn clone(&self) -> Self {
        self.share()
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> fmt::Debug for Plugin<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &Plugin::name(self))
            .field("path", &Plugin::path(self))
            .field("generation", &Plugin::generation(self))
            .finish()
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Drop for Plugin<I> {
    fn drop(&mut self) {
        // Of several that are dropped at once, one gets it.
        if let Some(last) = self.version.take().and_then(Arc::into_inner) {
            self.closing.run(move || drop(last));
        }
    }
}

/// Returns `true` if these are all plugins of their library.
fn has_all(handles: &[&PluginHandle]) -> bool {
    let Some(first) = handles.first() else { return false };
    let registrations = &first.metadata().registrations;
    let listed = registrations.iter().filter(|it| it.interface == first.interface()).count();
    handles.len() >= listed
}

impl<I: LiveInterface + ?Sized> Table<I> {
    pub(super) fn new(
        #[cfg_attr(not(feature = "configure"), expect(unused_variables))] policy: &LoadPolicy,
    ) -> Self {
        #[cfg(feature = "configure")]
        let order = policy.configured().map(|it| it.order().map(str::to_owned).collect());
        #[cfg(not(feature = "configure"))]
        let order = None;
        Table {
            plugins: RwLock::default(),
            rejected: Mutex::default(),
            replaced: Mutex::default(),
            changes: AtomicU64::new(0),
            order: order.unwrap_or_default(),
            closing: Arc::default(),
        }
    }

    pub(super) fn all(&self) -> Vec<Plugin<I>> {
        self.plugins
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(Plugin::share)
            .collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<Plugin<I>> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.iter().find(|plugin| Plugin::name(plugin) == name).map(Plugin::share)
    }

    pub(super) fn rejected(&self) -> Vec<Arc<WatchError>> {
        let rejected = self.lock_rejected().clone();
        // A file that is gone is of no interest.
        let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
        rejected.into_iter().filter(|(path, _)| is_there(path)).map(|(_, error)| error).collect()
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Publishes what the manager did. Returns `true`: the manager goes on.
    pub(super) fn take_in(&self, notification: ManagerNotification) -> bool {
        match notification {
            ManagerNotification::Event(WatchEvent::Handles(handles, paths)) => {
                self.loaded(&handles, &paths);
            }
            ManagerNotification::Unloaded { path, .. } => self.unloaded(&path),
            ManagerNotification::Error(error) => self.failed(error),
            ManagerNotification::Event(_) => return true,
        }
        self.changes.fetch_add(1, Ordering::Release);
        true
    }

    /// Publishes the plugins of files, in the place of older versions.
    fn loaded(&self, handles: &[PluginHandle], paths: &[PathBuf]) {
        let (mut current, mut failures) = (self.all(), Vec::new());
        for path in paths {
            let new: Vec<_> = handles.iter().filter(|handle| handle.path() == path).collect();
            let (old, others): (Vec<_>, Vec<_>) =
                current.into_iter().partition(|plugin| Plugin::path(plugin) == path);
            current = others;
            let is_current = |handle: &&PluginHandle| {
                old.iter().any(|plugin| plugin.version().instance == handle.instance_address())
            };
            if !old.is_empty() && new.iter().all(is_current) {
                // The file went and came back.
                current.extend(old);
                continue;
            }
            if !old.is_empty() {
                *self.lock_replaced().entry(path.clone()).or_default() += 1;
            }
            let generation = 1 + old.iter().map(Plugin::generation).max().unwrap_or(0);
            if has_all(&new) {
                self.lock_rejected().remove(path);
            }
            for handle in new {
                match handle.proxy::<I>() {
                    Ok(proxy) => current.push(self.plugin(handle, proxy, generation)),
                    Err(source) => {
                        let error = LoadError::Proxy { path: path.clone(), source };
                        let (path, serving, retried) = (path.clone(), false, false);
                        failures.push(WatchError::Load { path, error, serving, retried });
                    }
                }
            }
        }
        failures.into_iter().for_each(|error| self.failed(error));
        self.publish(current);
    }

    fn plugin(&self, handle: &PluginHandle, proxy: I::Proxy, generation: u64) -> Plugin<I> {
        let package = handle.metadata().package.name.clone();
        let rank = self.order.iter().position(|it| *it == package).unwrap_or(usize::MAX);
        let place = (rank, handle.path().to_owned(), handle.name().to_owned());
        let instance = handle.instance_address();
        let version = Some(Arc::new(Version { place, package, generation, instance, proxy }));
        Plugin { version, closing: Arc::clone(&self.closing) }
    }

    /// Removes the plugins of a file, unless a newer version of it replaced what
    /// was unloaded.
    fn unloaded(&self, path: &Path) {
        let mut replaced = self.lock_replaced();
        if let Some(count) = replaced.get_mut(path).filter(|count| **count > 0) {
            *count -= 1;
            return;
        }
        drop(replaced);
        self.lock_rejected().remove(path);
        let mut current = self.all();
        current.retain(|plugin| Plugin::path(plugin) != path);
        self.publish(current);
    }

    fn failed(&self, error: WatchError) {
        let path = match &error {
            WatchError::Load { path, .. } | WatchError::Polling { path, .. } => path.clone(),
            WatchError::Directory { error } => error.path().to_owned(),
            WatchError::Unload { .. } => PathBuf::new(),
        };
        self.lock_rejected().insert(path, Arc::new(error));
    }

    fn lock_rejected(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Arc<WatchError>>> {
        self.rejected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_replaced(&self) -> MutexGuard<'_, BTreeMap<PathBuf, usize>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, mut plugins: Vec<Plugin<I>>) {
        plugins.sort_by(|a, b| a.version().place.cmp(&b.version().place));
        let mut current = self.plugins.write().unwrap_or_else(PoisonError::into_inner);
        let old = core::mem::replace(&mut *current, plugins);
        drop(current);
        // Not under the lock, though it does not wait for plugins.
        drop(old);
    }
}
