//! What a host holds of a plugin before it knows its type.

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use crate::greeter::{Greeter, GreeterProxy};
use crate::host::error::{ProxyError, UnloadError};
use crate::host::library::instance::Instance;
use crate::host::load::timings::StageTimes;
use crate::interface::Interface;
use crate::metadata::PluginMetadata;

/// One registration of a loaded library.
///
/// A handle owns its instance and its library together with the proxies made
/// from it: when the last of them goes, the instance is unmade, and when that
/// was the library's last one, the library is closed, on that thread.
///
/// It stays on the thread that loaded it, since nothing says that the instance
/// may leave; a proxy may, if its interface is `Send`.
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
/// thread that made them. A proxy may, if its interface is `Send`.
#[derive(Debug)]
pub(crate) struct StaysOnItsThread(#[expect(dead_code, reason = "a marker")] *const ());

impl PluginHandle {
    pub(super) fn new(instance: Instance, times: Arc<StageTimes>) -> Self {
        PluginHandle { instance: Arc::new(instance), times, thread: PhantomData }
    }

    /// Another handle of the same instance.
    #[cfg(feature = "watch")]
    pub(crate) fn another(&self) -> Self {
        let (instance, times) = (Arc::clone(&self.instance), Arc::clone(&self.times));
        PluginHandle { instance, times, thread: PhantomData }
    }

    /// Whether it is the registration of that name, for that interface.
    #[cfg(feature = "watch")]
    pub(crate) fn serves_as(&self, other: &Self) -> bool {
        (self.name(), self.interface()) == (other.name(), other.interface())
    }

    /// The library's file, as the host found it.
    pub fn path(&self) -> &Path {
        &self.instance.library.path
    }

    /// The name of the registration: the type's, or `name = ".."`.
    pub fn name(&self) -> &str {
        &self.instance.name
    }

    /// The full path of the interface that it implements.
    pub fn interface(&self) -> &str {
        &self.instance.interface.path
    }

    /// What the library says of itself.
    pub fn metadata(&self) -> &PluginMetadata {
        &self.instance.library.metadata
    }

    /// How long each stage of the library's load took.
    pub fn times(&self) -> &StageTimes {
        &self.times
    }

    /// The instance as an `I`.
    ///
    /// # Errors
    ///
    /// If the registration is of another interface; or if it has a proxy
    /// already and its interface allows one at a time, since it has a method
    /// with `&mut self` or is `Send` and not `Sync`.
    pub fn proxy<I: Interface + ?Sized>(&self) -> Result<I::Proxy, ProxyError> {
        Arc::clone(&self.instance).proxy::<I>()
    }

    /// The instance as a [`Greeter`], if it is one.
    pub fn as_greeter(&self) -> Option<GreeterProxy> {
        self.proxy::<dyn Greeter>().ok()
    }

    /// Gives the handle back: unmakes the instance if no proxy holds it, and
    /// closes the library if this was its last instance.
    ///
    /// `Some` is the count of the library's unmakers, over all its
    /// registrations: the last handle gets it, the others get `None`.
    ///
    /// # Errors
    ///
    /// If the drop of the instance panicked or the library cannot be closed.
    pub fn close(self) -> Result<Option<u64>, UnloadError> {
        let library = Arc::clone(&self.instance.library);
        let Some(mut instance) = Arc::into_inner(self.instance) else {
            // A proxy has it, or had: then the library may be ours to close.
            return library.close();
        };
        let panicked = instance.unmake().map(|message| (instance.name.clone(), message));
        drop(instance);
        let path = library.path.clone();
        let counter = library.close()?;
        match panicked {
            None => Ok(counter),
            Some((name, message)) => {
                Err(UnloadError::DropPanicked { path, name, message, counter })
            }
        }
    }
}

impl fmt::Debug for PluginHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginHandle")
            .field("path", &self.path())
            .field("interface", &self.interface())
            .field("name", &self.name())
            .finish()
    }
}
