//! The services of a host, in the context of a constructor.

use std::sync::Arc;

use crate::runtime::context::PluginContext;
use crate::runtime::services::{Service, Services};

impl PluginContext<'_> {
    /// Returns the host's service of the interface `I`, for a plugin that can do
    /// without it.
    ///
    /// It is `None` where [`Services::get`] is an error: the host offers no such
    /// service, or an incompatible version.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{Greeter, PluginContext};
    ///
    /// struct Polite { greeter: Option<Arc<dyn Greeter>> }
    ///
    /// impl Polite {
    ///     fn open(context: &PluginContext) -> Result<Self, String> {
    ///         Ok(Polite { greeter: context.service::<dyn Greeter>() })
    ///     }
    /// }
    /// # assert!(Polite::open(&PluginContext::empty()).unwrap().greeter.is_none());
    /// # let _ = |polite: Polite| polite.greeter.map(|greeter| greeter.greet("world"));
    /// ```
    pub fn service<I: Service + ?Sized>(&self) -> Option<Arc<I>> {
        self.services.get().ok()
    }

    /// Returns the host's services.
    ///
    /// [`Services::get`] says why there is no service, for a plugin that needs
    /// one. An instance that asks later stores what this returns.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{Greeter, PluginContext, ServiceError};
    ///
    /// struct Polite { greeter: Arc<dyn Greeter> }
    ///
    /// impl Polite {
    ///     fn open(context: &PluginContext) -> Result<Self, ServiceError> {
    ///         Ok(Polite { greeter: context.services().get()? })
    ///     }
    /// }
    /// # assert!(Polite::open(&PluginContext::empty()).is_err());
    /// # let _ = |polite: Polite| polite.greeter.greet("world");
    /// ```
    pub fn services(&self) -> Services {
        self.services
    }
}
