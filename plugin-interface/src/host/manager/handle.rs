//! The handle of a plugin whose type the host does not know yet.

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::greeter::{Greeter, GreeterProxy};
use crate::host::error::{HealthError, LoadError, ProxyError, UnloadError};
use crate::host::file::compare::Head;
#[cfg(feature = "dynamic")]
use crate::host::library::instance::Described;
use crate::host::library::instance::Instance;
use crate::host::library::lifecycle::LifecycleState;
#[cfg(feature = "watch")]
use crate::host::library::outcome::CloseRecord;
use crate::host::load::timings::StageTimes;
use crate::host::services::provided::Provider;
use crate::interface::Interface;
#[cfg(feature = "watch")]
use crate::metadata::InterfaceMetadata;
use crate::metadata::{PluginMetadata, RegistrationMetadata};

/// One registration of a loaded library.
///
/// A handle owns its instance and its library, together with the proxies made
/// from it. When the last of them is dropped, the instance is destroyed. When
/// the last instance is destroyed, the library is closed, on that thread.
///
/// A handle stays on the thread that loaded it, because nothing says that the
/// instance may leave. A proxy may leave if its interface is `Send`.
///
/// ```no_run
/// use plugin_interface::{Greeter, PluginManager, PluginTrait};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for handle in PluginManager::new().load_plugins("plugins", PluginTrait::Greeter)? {
///     if let Some(greeter) = handle.as_greeter() {
///         println!("{}: {}", handle.name(), greeter.greet("world"));
///     }
///     if let Some(unmade) = handle.close()? {
///         println!("closed a library that unmade {unmade}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct PluginHandle {
    instance: Arc<Instance>,
    times: Arc<StageTimes>,
    thread: PhantomData<StaysOnItsThread>,
}

/// Neither `Send` nor `Sync`: nothing says that the instances may leave the
/// thread that created them. A proxy may, if its interface is `Send`.
#[derive(Debug)]
pub(crate) struct StaysOnItsThread(#[expect(dead_code, reason = "a marker")] *const ());

impl PluginHandle {
    pub(super) fn new(instance: Instance, times: Arc<StageTimes>) -> Self {
        PluginHandle { instance: Arc::new(instance), times, thread: PhantomData }
    }

    /// Returns another handle of the same instance.
    #[cfg(feature = "watch")]
    pub(crate) fn another(&self) -> Self {
        let (instance, times) = (Arc::clone(&self.instance), Arc::clone(&self.times));
        PluginHandle { instance, times, thread: PhantomData }
    }

    /// Returns the instance, for an interface that is `Send` and `Sync`: it may leave
    /// the thread.
    #[cfg(feature = "watch")]
    pub(crate) fn shared(&self) -> Arc<Instance> {
        Arc::clone(&self.instance)
    }

    /// Returns the size of its library and a hash of the first bytes; `None` if it is
    /// linked into this program.
    pub(crate) fn head(&self) -> Option<Head> {
        self.instance.library.copy().map(|copy| copy.content().head())
    }

    /// Returns the instance if it provides services.
    pub(super) fn as_provider(&self) -> Option<Arc<dyn Provider>> {
        let provides = !self.instance.services().is_empty();
        provides.then(|| Arc::clone(&self.instance) as Arc<dyn Provider>)
    }

    /// Returns the plugins whose services its library needs.
    pub(super) fn providers(&self) -> &[Arc<dyn Provider>] {
        self.instance.providers()
    }

    /// Returns what the metadata says of its registration.
    pub(super) fn registration(&self) -> Option<&RegistrationMetadata> {
        let is_its = |it: &&RegistrationMetadata| {
            (&*it.interface, &*it.name) == (self.interface(), self.name())
        };
        self.metadata().registrations.iter().find(is_its)
    }

    /// Returns the interfaces of the services that the instance needs.
    #[cfg(feature = "watch")]
    pub(super) fn needs(&self) -> &[InterfaceMetadata] {
        self.registration().map_or(&[], |it| &it.needs)
    }

    /// Returns the record of how its library is closed.
    #[cfg(feature = "watch")]
    pub(crate) fn close_record(&self) -> CloseRecord {
        self.instance.library.close_record()
    }

    /// Returns the address of the instance, which tells it from others that live.
    #[cfg(feature = "watch")]
    pub(crate) fn instance_address(&self) -> usize {
        Arc::as_ptr(&self.instance).addr()
    }

    /// Returns `true` if both have the same name and interface.
    #[cfg(feature = "watch")]
    pub(crate) fn serves_as(&self, other: &Self) -> bool {
        (self.name(), self.interface()) == (other.name(), other.interface())
    }

    /// Restores the state of an older instance, if both keep any. Nobody else
    /// has a handle of this one yet.
    #[cfg(feature = "watch")]
    pub(super) fn take_over(&mut self, older: &Self) -> Result<(), LoadError> {
        match (older.instance.save()?, Arc::get_mut(&mut self.instance)) {
            (Some(state), Some(instance)) => instance.restore(&state),
            _ => Ok(()),
        }
    }

    /// Returns the library's file, as the host found it.
    pub fn path(&self) -> &Path {
        &self.instance.library.path
    }

    /// Returns the name of the registration: the type's, or `name = ".."`.
    pub fn name(&self) -> &str {
        &self.instance.name
    }

    /// Returns the full path of the interface that it implements.
    pub fn interface(&self) -> &str {
        &self.instance.interface.path
    }

    /// Returns the library's metadata.
    pub fn metadata(&self) -> &PluginMetadata {
        &self.instance.library.metadata
    }

    /// Returns the duration of each stage of the library's load.
    pub fn times(&self) -> &StageTimes {
        &self.times
    }

    /// Returns a proxy of the instance as an `I`.
    ///
    /// # Errors
    ///
    /// If the registration is of another interface; or if the interface allows
    /// one proxy at a time and one exists. It allows one if a method takes
    /// `&mut self`, or if it is `Send` and not `Sync`.
    pub fn proxy<I: Interface + ?Sized>(&self) -> Result<I::Proxy, ProxyError> {
        Arc::clone(&self.instance).proxy::<I>()
    }

    /// Returns how far the instance came. Without a
    /// [lifecycle](crate::PluginLifecycle) it is always
    /// [`Serving`](LifecycleState::Serving).
    pub fn state(&self) -> LifecycleState {
        self.instance.state()
    }

    /// Asks the instance for its health, on this thread. Without a
    /// [lifecycle](crate::PluginLifecycle) it is always well.
    ///
    /// # Errors
    ///
    /// If it says that it does not work, or panics; or if its only proxy exists, of an
    /// interface with `&mut self`.
    ///
    /// ```no_run
    /// use plugin_interface::{PluginManager, PluginTrait};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// for handle in PluginManager::new().load_plugins("plugins", PluginTrait::Greeter)? {
    ///     if let Err(error) = handle.health() {
    ///         eprintln!("{error}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn health(&self) -> Result<(), HealthError> {
        self.instance.health()
    }

    /// Starts the instance, once. Nobody has a proxy of it yet.
    pub(super) fn start(&self, stop_within: Duration) -> Result<(), LoadError> {
        self.instance.start(stop_within)
    }

    /// Returns the instance for calls by its descriptor.
    #[cfg(feature = "dynamic")]
    pub(crate) fn described(&self) -> Result<Described, ProxyError> {
        Arc::clone(&self.instance).described()
    }

    /// Returns a proxy of the instance as a [`Greeter`], if it is one.
    pub fn as_greeter(&self) -> Option<GreeterProxy> {
        self.proxy::<dyn Greeter>().ok()
    }

    /// Closes the handle: stops and destroys the instance unless a proxy uses it, and
    /// closes the library if this was its last instance.
    ///
    /// An instance with a [lifecycle](crate::PluginLifecycle) may take as long to stop
    /// as the [policy](crate::LoadPolicy::stop_within) says. Then this returns without
    /// it.
    ///
    /// Returns the count of the library's unmakers, over all its registrations,
    /// if this was the last handle, and `None` otherwise.
    ///
    /// # Errors
    ///
    /// If the instance did not stop well or in time, if its drop panicked, or if the
    /// library cannot be closed.
    pub fn close(self) -> Result<Option<u64>, UnloadError> {
        self.instance.close(None)
    }
}

impl fmt::Debug for PluginHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginHandle")
            .field("name", &self.name())
            .field("interface", &self.interface())
            .field("path", &self.path())
            .finish()
    }
}
