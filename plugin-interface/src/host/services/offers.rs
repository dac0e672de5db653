//! The services that a host offers to its plugins, by their interfaces.

use core::fmt;
use core::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};

use crate::abi::{Failure, FailureKind, RawObject};
use crate::host::compare::fit::difference;
use crate::host::compare::mismatch::Mismatch;
use crate::host::services::changes;
use crate::host::services::provided::{FoundService, ProvidedServices};
use crate::interface::PluginTrait;
use crate::metadata::InterfaceMetadata;
use crate::metadata::decode::interface_of;
use crate::runtime::failure;
use crate::runtime::serves::Serves;
use crate::runtime::services::Service;

/// The services that a host offers to each library that it loads: first its own, then
/// those of its plugins.
#[derive(Default)]
pub(crate) struct Offers {
    own: RwLock<Vec<Offer>>,
    pub(crate) of_plugins: ProvidedServices,
}

impl Clone for Offers {
    /// Returns the host's own services.
    fn clone(&self) -> Self {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner).clone();
        Offers { own: RwLock::new(own), of_plugins: ProvidedServices::default() }
    }
}

/// A service that was found.
pub(crate) enum Found {
    Own(Arc<dyn Share>),
    OfPlugin(FoundService),
}

impl Found {
    /// Returns a service of this crate, for the process of a plugin.
    #[cfg(all(unix, feature = "process", any(feature = "log", feature = "tracing")))]
    pub(crate) fn own<I: Service + ?Sized>(service: Arc<impl Serves<I> + ?Sized>) -> Self {
        Found::Own(shared::<I>(service))
    }

    /// Returns another owner of the service, if its plugin lets it have several.
    pub(crate) fn share(&self) -> Option<RawObject> {
        match self {
            Found::Own(service) => Some(service.share()),
            Found::OfPlugin(service) => service.share(),
        }
    }
}

/// A service, and its interface in this host.
#[derive(Clone)]
struct Offer {
    interface: PluginTrait,
    service: Arc<dyn Share>,
}

/// A service, whatever its type.
pub(crate) trait Share: Send + Sync {
    /// Returns an object that is another owner of the service.
    fn share(&self) -> RawObject;
}

/// A service of the interface `I`.
struct Shared<I: ?Sized, T: ?Sized>(Arc<T>, PhantomData<fn(&I)>);

impl<I: ?Sized, T: Serves<I> + ?Sized> Share for Shared<I, T> {
    fn share(&self) -> RawObject {
        T::serve(Arc::clone(&self.0))
    }
}

/// Returns a service, whatever its type.
fn shared<I: ?Sized + 'static>(service: Arc<impl Serves<I> + ?Sized>) -> Arc<dyn Share> {
    Arc::new(Shared(service, PhantomData::<fn(&I)>))
}

/// The reason why a plugin does not get a service.
pub(crate) enum Refusal {
    /// Not offered; what is.
    NotOffered(Vec<String>),
    Incompatible(Box<Mismatch>),
}

impl Offers {
    /// Offers a service, instead of an earlier one of the same interface.
    pub(crate) fn add<I: Service + ?Sized>(&self, service: Arc<impl Serves<I> + ?Sized>) {
        let () = I::CHECKED;
        let interface = PluginTrait::of::<I>();
        let offer = Offer { interface, service: shared::<I>(service) };
        let mut offers = self.own.write().unwrap_or_else(PoisonError::into_inner);
        let at = offers.iter().position(|earlier| earlier.interface == interface);
        let earlier = at.map(|at| offers.swap_remove(at));
        offers.push(offer);
        // The drop of the earlier one is code of the host.
        drop(offers);
        changes::note();
        drop(earlier);
    }

    /// Returns a service for the interface with that record.
    pub(super) fn find(&self, record: &[u8]) -> Result<Found, Refusal> {
        let offers = self.own.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = offers.iter().find(|offer| offer.interface.record() == record) {
            return Ok(Found::Own(Arc::clone(&same.service)));
        }
        drop(offers);
        match interface_of(record) {
            Ok(wanted) => self.offer(&wanted),
            // Only a library in C can have such a record.
            Err(_) => Err(self.not_offered()),
        }
    }

    /// Returns the offer for an interface, by the rules of a load.
    pub(crate) fn offer(&self, wanted: &InterfaceMetadata) -> Result<Found, Refusal> {
        let offers = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let mut mismatch = None;
        for offer in offers.iter().filter(|offer| offer.interface.path() == wanted.path) {
            match difference(offer.interface, wanted) {
                None => return Ok(Found::Own(Arc::clone(&offer.service))),
                found => mismatch = mismatch.or(found.map(Box::new)),
            }
        }
        drop(offers);
        match self.of_plugins.find(wanted) {
            Ok(found) => return Ok(Found::OfPlugin(found)),
            Err(found) => mismatch = mismatch.or(found),
        }
        Err(match mismatch {
            Some(mismatch) => Refusal::Incompatible(mismatch),
            None => self.not_offered(),
        })
    }

    /// Returns all services, for a process of its own.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn all(&self) -> Vec<Found> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> =
            own.iter().map(|offer| Found::Own(Arc::clone(&offer.service))).collect();
        drop(own);
        all.extend(self.of_plugins.all_found().into_iter().map(Found::OfPlugin));
        all
    }

    fn not_offered(&self) -> Refusal {
        let offers = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = offers.iter().map(Offer::to_string).collect();
        drop(offers);
        all.extend(self.of_plugins.listed());
        Refusal::NotOffered(all)
    }
}

/// The path and version of its interface.
impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.interface.outlines().first().map_or("unknown", |first| first.version);
        write!(f, "{} (version {version})", self.interface)
    }
}

/// Says which services a host offers.
pub(crate) fn offered_services(offered: &[String]) -> String {
    match offered {
        [] => "the host offers no services".to_owned(),
        offered => format!("the host offers {}", offered.join(", ")),
    }
}

impl fmt::Debug for Offers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers = self.own.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(offers.iter().map(|offer| offer.interface.path())).finish()
    }
}

impl Refusal {
    #[cold]
    pub(super) fn into_failure(self) -> *mut Failure {
        let (kind, message) = match self {
            Refusal::NotOffered(offered) => (FailureKind::NOT_OFFERED, offered_services(&offered)),
            Refusal::Incompatible(mismatch) => (FailureKind::INCOMPATIBLE, mismatch.to_string()),
        };
        failure::refused(kind, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Greeter;

    struct Local;

    impl Greeter for Local {
        fn name(&self) -> &str {
            "local"
        }

        fn greet(&self, target: &str) -> String {
            format!("{target} here")
        }
    }

    #[test]
    fn a_service_that_is_offered_again_is_the_same_object() {
        let local = Arc::new(Local);
        let first = shared::<dyn Greeter>(local.clone()).share();
        #[expect(unsafe_code, reason = "takes the object over")]
        // SAFETY: created a line ago, and not used otherwise.
        let lifted = unsafe { <dyn Greeter as Service>::lift(first) }.unwrap();
        assert_eq!((lifted.name(), lifted.greet("I am")), ("local", "I am here".to_owned()));
        let again = shared::<dyn Greeter>(lifted);
        let second = again.share();
        assert_eq!(second.table, first.table, "it is no object that calls the first one");
        #[expect(unsafe_code, reason = "takes the object over")]
        // SAFETY: as above.
        let second = unsafe { <dyn Greeter as Service>::lift(second) }.unwrap();
        assert_eq!(Arc::strong_count(&local), 3, "here, and in both objects");
        drop((again, second));
        assert_eq!(Arc::strong_count(&local), 1);
    }
}
