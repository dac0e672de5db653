//! The services that a manager offers to its plugins.

use std::sync::Arc;

use crate::host::manager::PluginManager;
#[cfg(all(unix, feature = "process"))]
use crate::host::services::provided::Provider;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
use crate::{Serves, Service};

impl PluginManager {
    /// Offers a service to the plugins that this manager loads, before and
    /// after this call.
    ///
    /// A plugin gets it by
    /// [`PluginContext::service`](crate::PluginContext::service). The host and
    /// each plugin that got it own the service together. Any thread of a plugin
    /// may call it. A second service of the same interface replaces the first
    /// one for the plugins that ask from then on.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{PluginManager, plugin_interface};
    ///
    /// #[plugin_interface]
    /// pub trait Site: Send + Sync {
    ///     fn title(&self) -> String;
    /// }
    ///
    /// struct Blog;
    ///
    /// impl Site for Blog {
    ///     fn title(&self) -> String {
    ///         "My blog".to_owned()
    ///     }
    /// }
    ///
    /// let mut manager = PluginManager::new();
    /// manager.provide::<dyn Site>(Arc::new(Blog));
    /// ```
    pub fn provide<I: Service + ?Sized>(
        &mut self,
        service: Arc<impl Serves<I> + ?Sized>,
    ) -> &mut Self {
        self.libraries.offers().add::<I>(service);
        self
    }

    /// Offers the services of a provider, as long as that lives.
    #[cfg(all(unix, feature = "process"))]
    pub(in crate::host) fn add_provider(&mut self, provider: &Arc<dyn Provider>) {
        self.libraries.offers().of_plugins.add(provider);
    }

    /// Runs the tasks of the plugins that this manager loads from now on, as
    /// [`LoadPolicy::executor`](crate::LoadPolicy::executor) does.
    ///
    /// Feature `tasks`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use plugin_interface::{PluginManager, ThreadPool};
    ///
    /// let mut manager = PluginManager::new();
    /// manager.provide_executor(Arc::new(ThreadPool::new(2)));
    /// ```
    #[cfg(feature = "tasks")]
    pub fn provide_executor(&mut self, executor: Arc<dyn Executor>) -> &mut Self {
        self.libraries.execute_on(executor);
        self
    }
}
