//! A service that follows what the host offers.

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use crate::runtime::services::{Service, ServiceError, Services};

impl Services {
    /// Returns a handle to the host's service of the interface `I`, which follows what
    /// the host offers: a later one, or none any more.
    ///
    /// ```
    /// use plugin_interface::{Greeter, LatestService, PluginContext, ServiceError};
    ///
    /// struct Polite { greeter: LatestService<dyn Greeter> }
    ///
    /// impl Polite {
    ///     fn open(context: &PluginContext) -> Self {
    ///         Polite { greeter: context.services().latest() }
    ///     }
    ///
    ///     fn welcome(&mut self, target: &str) -> Result<String, ServiceError> {
    ///         Ok(self.greeter.get()?.greet(target))
    ///     }
    /// }
    /// # let mut polite = Polite::open(&PluginContext::empty());
    /// # assert!(matches!(polite.welcome("world"), Err(ServiceError::NoHost { .. })));
    /// ```
    pub fn latest<I: Service + ?Sized>(&self) -> LatestService<I> {
        let changes = self.changes();
        let seen = seen(changes);
        LatestService { services: *self, changes, seen, service: self.get() }
    }
}

/// A handle to a service, which follows what the host offers. Returned by
/// [`Services::latest`].
///
/// Each thread or task has its own: clone it. It owns the service that it found last.
/// An older host does not say when its services change. The handle asks such a host
/// each time.
pub struct LatestService<I: ?Sized> {
    services: Services,
    changes: Option<&'static AtomicUsize>,
    /// The number of changes before `service` was found.
    seen: usize,
    service: Result<Arc<I>, ServiceError>,
}

/// Returns the number of changes, of which a later `find` knows all.
fn seen(changes: Option<&AtomicUsize>) -> usize {
    changes.map_or(0, |changes| changes.load(Ordering::Acquire))
}

impl<I: Service + ?Sized> LatestService<I> {
    /// Returns the service that the host offers now.
    ///
    /// As long as the services of the host are the same, this loads a number and
    /// compares it. After a change it is a [`Services::get`].
    ///
    /// # Errors
    ///
    /// As for [`Services::get`].
    #[inline]
    pub fn get(&mut self) -> Result<&Arc<I>, ServiceError> {
        let is_same = |changes: &AtomicUsize| changes.load(Ordering::Acquire) == self.seen;
        if !self.changes.is_some_and(is_same) {
            self.ask();
        }
        match &self.service {
            Ok(service) => Ok(service),
            Err(error) => Err(again(error)),
        }
    }

    #[cold]
    #[inline(never)]
    fn ask(&mut self) {
        self.seen = seen(self.changes);
        self.service = self.services.get();
    }
}

/// Copies an error out of line: a service is there as a rule.
#[cold]
#[inline(never)]
fn again(error: &ServiceError) -> ServiceError {
    error.clone()
}

impl<I: ?Sized> Clone for LatestService<I> {
    fn clone(&self) -> Self {
        let LatestService { services, changes, seen, service } = self;
        LatestService {
            services: *services,
            changes: *changes,
            seen: *seen,
            service: service.clone(),
        }
    }
}

impl<I: ?Sized> fmt::Debug for LatestService<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.service.as_ref().err();
        f.debug_struct("LatestService").field("error", &error).finish_non_exhaustive()
    }
}
