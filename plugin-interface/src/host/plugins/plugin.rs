//! One version of a plugin, as threads of the host hold it.

use core::fmt;
use core::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::closing::Closing;
use crate::host::error::HealthError;
use crate::host::library::instance::Instance;
use crate::host::library::lifecycle::LifecycleState;
use crate::interface::HasProxy;

/// One version of a plugin, which dereferences to the trait through its proxy.
///
/// It stays loaded until this is dropped, also if it was replaced. A last version
/// is closed on a thread of this crate, not by the caller that drops it.
pub struct Plugin<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    /// Is there until the drop.
    version: Option<Arc<Version<I::Proxy>>>,
    closing: Arc<Closing>,
}

/// What is known of a version, and its proxy.
pub(super) struct Version<P> {
    /// Orders the plugins of one rank: by file and name.
    pub(super) place: (PathBuf, String),
    pub(super) package: String,
    pub(super) generation: u64,
    /// Counts the plugins of a table, in the order in which they were started.
    pub(super) number: u64,
    pub(super) proxy: P,
    /// Last, as it has the library.
    pub(super) instance: Arc<Instance>,
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Plugin<I> {
    pub(super) fn new(version: Version<I::Proxy>, closing: &Arc<Closing>) -> Self {
        Plugin { version: Some(Arc::new(version)), closing: Arc::clone(closing) }
    }

    pub(super) fn version(&self) -> &Version<I::Proxy> {
        match &self.version {
            Some(version) => version,
            None => unreachable!("it is taken by the drop only"),
        }
    }

    /// Returns the name: that of the type, or `name = ".."`. This is a function
    /// and no method, so that it hides no method of the trait, as the others are.
    pub fn name(plugin: &Self) -> &str {
        &plugin.version().place.1
    }

    /// Returns the library's file.
    pub fn path(plugin: &Self) -> &Path {
        &plugin.version().place.0
    }

    /// Returns the name of the library's package.
    pub fn package(plugin: &Self) -> &str {
        &plugin.version().package
    }

    /// Returns the number of the version of its file, counted from 1.
    pub fn generation(plugin: &Self) -> u64 {
        plugin.version().generation
    }

    /// Returns how far this version came. Without a
    /// [lifecycle](crate::PluginLifecycle) it is always
    /// [`Serving`](LifecycleState::Serving).
    pub fn state(plugin: &Self) -> LifecycleState {
        plugin.version().instance.state()
    }

    /// Asks this version for its health, on this thread. Without a
    /// [lifecycle](crate::PluginLifecycle) it is always well.
    ///
    /// # Errors
    ///
    /// If it says that it does not work, or panics.
    pub fn health(plugin: &Self) -> Result<(), HealthError> {
        plugin.version().instance.health()
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Deref for Plugin<I> {
    type Target = I::Proxy;

    fn deref(&self) -> &I::Proxy {
        &self.version().proxy
    }
}

impl<I: HasProxy<Proxy: Send + Sync> + ?Sized> Clone for Plugin<I> {
    /// Returns another handle of the same version.
    fn clone(&self) -> Self {
        Plugin { version: self.version.clone(), closing: Arc::clone(&self.closing) }
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
            let Version { proxy, instance, generation, .. } = last;
            self.closing.close(proxy, instance, generation);
        }
    }
}
