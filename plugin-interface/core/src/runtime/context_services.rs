//! The services of a host, in the context of a constructor.

use std::sync::Arc;

use crate::runtime::context::PluginContext;
use crate::runtime::services::{Service, ServiceError, Services};

impl PluginContext<'_> {
    /// Returns the host's service of the interface `I`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{Greeter, PluginContext, ServiceError};
    ///
    /// struct Polite { greeter: Arc<dyn Greeter> }
    ///
    /// impl Polite {
    ///     fn new(context: &PluginContext) -> Result<Self, ServiceError> {
    ///         Ok(Polite { greeter: context.service::<dyn Greeter>()? })
    ///     }
    /// }
    /// # assert!(Polite::new(&PluginContext::empty()).is_err());
    /// # let _ = |polite: Polite| polite.greeter.greet("world");
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Services::get`].
    pub fn service<I: Service + ?Sized>(&self) -> Result<Arc<I>, ServiceError> {
        self.services.get()
    }

    /// Returns the host's services, for an instance that asks for them later.
    pub fn services(&self) -> Services {
        self.services
    }
}
