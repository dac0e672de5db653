//! The services that plugins provide to other plugins.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use crate::abi::RawObject;
use crate::host::compare::fit;
use crate::host::compare::mismatch::Mismatch;
use crate::host::services::changes;
use crate::metadata::InterfaceMetadata;
use crate::object::OwnedObject;

/// An instance that provides services. It may be dropped on any thread.
pub(crate) trait Provider: Send + Sync {
    fn path(&self) -> &Path;
    /// The package, if it is linked into this program, whose path all of these have.
    fn linked_package(&self) -> Option<&str> {
        None
    }
    fn name(&self) -> &str;
    /// The full path of the interface that it implements.
    fn of_interface(&self) -> &str;
    fn services(&self) -> &[ProvidedService];
    /// The plugins whose services its library needs.
    fn providers(&self) -> &[Arc<dyn Provider>];
}

impl dyn Provider {
    /// Returns what an earlier version of it has in common with it.
    fn identity(&self) -> (&Path, Option<&str>, &str, &str) {
        (self.path(), self.linked_package(), self.name(), self.of_interface())
    }

    /// Returns `true` if it is a plugin of that file, or needs one, maybe by way of
    /// others.
    pub(crate) fn depends_on(&self, path: &Path) -> bool {
        // The same package of a program has several instances, which may serve each other.
        let is_of_file = self.linked_package().is_none() && self.path() == path;
        is_of_file || self.providers().iter().any(|it| it.depends_on(path))
    }
}

/// A service of a plugin.
pub(crate) struct ProvidedService {
    pub(crate) interface: InterfaceMetadata,
    pub(crate) object: OwnedObject,
}

/// A service that was found, and the plugin that provides it.
#[derive(Clone)]
pub(crate) struct FoundService {
    pub(crate) provider: Arc<dyn Provider>,
    number: usize,
}

impl FoundService {
    /// Returns another owner of the service.
    pub(crate) fn share(&self) -> Option<RawObject> {
        self.provider.services()[self.number].object.share()
    }
}

/// The services of plugins, as long as these live. The first of several that provide
/// one interface comes first.
#[derive(Default)]
pub(crate) struct ProvidedServices(RwLock<Vec<Weak<dyn Provider>>>);

impl ProvidedServices {
    /// Offers the services of a plugin, in the place of an earlier version of it.
    pub(crate) fn add(&self, provider: &Arc<dyn Provider>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Their plugins may be dropped with these, which must not be under the lock.
        let others: Vec<_> = all.iter().filter_map(Weak::upgrade).collect();
        let is_older = |other: &Arc<dyn Provider>| other.identity() == provider.identity();
        let at = others.iter().position(is_older);
        *all = others.iter().filter(|other| !is_older(other)).map(Arc::downgrade).collect();
        let at = at.unwrap_or(all.len());
        all.insert(at, Arc::downgrade(provider));
        drop(all);
        drop(others);
        changes::note();
    }

    /// Offers the services of a plugin no more.
    pub(crate) fn remove(&self, provider: &Arc<dyn Provider>) {
        let is_it =
            |other: &Weak<dyn Provider>| core::ptr::addr_eq(other.as_ptr(), Arc::as_ptr(provider));
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| !is_it(other));
        drop(all);
        changes::note();
    }

    /// Returns a service for an interface, or the first incompatible one.
    pub(crate) fn find(
        &self,
        wanted: &InterfaceMetadata,
    ) -> Result<FoundService, Option<Box<Mismatch>>> {
        let mut mismatch = None;
        let found = self.first(|service| {
            service.interface.path == wanted.path
                && match fit::mismatch(&service.interface, wanted) {
                    None => true,
                    found => {
                        mismatch = mismatch.take().or(found.map(Box::new));
                        false
                    }
                }
        });
        found.ok_or(mismatch)
    }

    /// Returns all services.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn all_found(&self) -> Vec<FoundService> {
        let mut all = Vec::new();
        for provider in self.all().iter().filter_map(Weak::upgrade) {
            let found = |number| FoundService { provider: Arc::clone(&provider), number };
            all.extend((0..provider.services().len()).map(found));
        }
        all
    }

    /// Returns the path and version of each interface.
    pub(crate) fn listed(&self) -> Vec<String> {
        let mut listed = Vec::new();
        self.first(|ProvidedService { interface, .. }| {
            listed.push(format!("{} (version {})", interface.path, interface.version));
            false
        });
        listed
    }

    fn first(&self, mut is_it: impl FnMut(&ProvidedService) -> bool) -> Option<FoundService> {
        self.all().iter().filter_map(Weak::upgrade).find_map(|provider| {
            let number = provider.services().iter().position(&mut is_it)?;
            Some(FoundService { provider, number })
        })
    }

    fn all(&self) -> Vec<Weak<dyn Provider>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    struct Named(PathBuf);

    impl Provider for Named {
        fn path(&self) -> &Path {
            &self.0
        }

        fn name(&self) -> &str {
            "Named"
        }

        fn of_interface(&self) -> &str {
            "tests::Named"
        }

        fn services(&self) -> &[ProvidedService] {
            &[]
        }

        fn providers(&self) -> &[Arc<dyn Provider>] {
            &[]
        }
    }

    fn named(name: &str) -> Arc<dyn Provider> {
        Arc::new(Named(name.into()))
    }

    #[test]
    fn threads_that_offer_services_lose_none() {
        const EACH: usize = 500;
        let (all, start) = (ProvidedServices::default(), Barrier::new(4));
        let add = |thread: usize| {
            start.wait();
            let add = |number| {
                let provider = named(&format!("{thread} {number}"));
                all.add(&provider);
                provider
            };
            (0..EACH).map(add).collect::<Vec<_>>()
        };
        let add = &add;
        let kept: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || add(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(all.all().len(), 4 * EACH);
        drop(kept);
    }

    #[test]
    fn a_later_version_takes_the_place_of_an_earlier_one() {
        let all = ProvidedServices::default();
        let [gone, first, second] = ["gone", "first", "second"].map(named);
        [&gone, &first, &second].into_iter().for_each(|provider| all.add(provider));
        drop(gone);
        let later = named("first");
        all.add(&later);
        let paths = |all: &ProvidedServices| -> Vec<_> {
            all.all().iter().map(|it| it.upgrade().unwrap().path().to_owned()).collect()
        };
        assert_eq!(paths(&all), ["first", "second"].map(PathBuf::from));
        assert!(Weak::ptr_eq(&all.all()[0], &Arc::downgrade(&later)));
    }
}
