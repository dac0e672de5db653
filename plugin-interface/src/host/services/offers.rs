//! The services that a host offers to its plugins, by their interfaces.

use core::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::abi::{Failure, FailureKind, RawObject};
use crate::host::compare::fit;
use crate::host::compare::mismatch::Mismatch;
use crate::interface::PluginTrait;
use crate::metadata::decode::interface_of;
use crate::runtime::failure;
use crate::runtime::services::Service;

/// The services that a host offers to each library that it loads.
#[derive(Default)]
pub(crate) struct Offers(RwLock<Vec<Offer>>);

impl Clone for Offers {
    fn clone(&self) -> Self {
        Offers(RwLock::new(self.0.read().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}

/// A service, and its interface in this host.
#[derive(Clone)]
struct Offer {
    interface: PluginTrait,
    service: Arc<dyn Share>,
}

/// A service, whatever its type.
pub(super) trait Share: Send + Sync {
    /// Returns an object that is another owner of the service.
    fn share(&self) -> RawObject;
}

struct Shared<I: ?Sized>(Arc<I>);

impl<I: Service + ?Sized> Share for Shared<I> {
    fn share(&self) -> RawObject {
        I::lower(Arc::clone(&self.0))
    }
}

/// The reason why a plugin does not get a service.
pub(super) enum Refusal {
    NotOffered(String),
    Incompatible(Box<Mismatch>),
}

impl Offers {
    /// Offers a service, instead of an earlier one of the same interface.
    pub(crate) fn add<I: Service + ?Sized>(&self, service: Arc<I>) {
        let () = I::CHECKED;
        let interface = PluginTrait::of::<I>();
        let offer = Offer { interface, service: Arc::new(Shared(service)) };
        let mut offers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let at = offers.iter().position(|earlier| earlier.interface == interface);
        let earlier = at.map(|at| offers.swap_remove(at));
        offers.push(offer);
        // The drop of the earlier one is code of the host.
        drop(offers);
        drop(earlier);
    }

    /// Returns a service for the interface with that record.
    pub(super) fn find(&self, record: &[u8]) -> Result<Arc<dyn Share>, Refusal> {
        let offers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = offers.iter().find(|offer| offer.interface.record() == record) {
            return Ok(Arc::clone(&same.service));
        }
        let not_offered = || Refusal::NotOffered(list(&offers));
        let wanted = interface_of(record).map_err(|_| not_offered())?;
        let mut mismatch = None;
        for offer in offers.iter().filter(|offer| offer.interface.path() == wanted.path) {
            let Some(host) = offer.interface.metadata() else { continue };
            match fit::mismatch(&host, &wanted) {
                None => return Ok(Arc::clone(&offer.service)),
                found => mismatch = mismatch.or(found),
            }
        }
        Err(mismatch.map_or_else(not_offered, |found| Refusal::Incompatible(Box::new(found))))
    }
}

/// Names the services that are offered.
fn list(offers: &[Offer]) -> String {
    let name = |offer: &Offer| {
        let version = offer.interface.outlines().first().map_or("unknown", |first| first.version);
        format!("{} (version {version})", offer.interface)
    };
    let names: Vec<_> = offers.iter().map(name).collect();
    match names.is_empty() {
        true => "the host offers no services".to_owned(),
        false => format!("the host offers {}", names.join(", ")),
    }
}

impl fmt::Debug for Offers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(offers.iter().map(|offer| offer.interface.path())).finish()
    }
}

impl Refusal {
    #[cold]
    pub(super) fn into_failure(self) -> *mut Failure {
        let (kind, message) = match self {
            Refusal::NotOffered(message) => (FailureKind::NOT_OFFERED, message),
            Refusal::Incompatible(mismatch) => (FailureKind::INCOMPATIBLE, mismatch.to_string()),
        };
        failure::refused(kind, message)
    }
}
