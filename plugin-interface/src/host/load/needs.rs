//! The needs of plugins: the services without which they are not created.

use std::path::Path;
use std::sync::Arc;

use crate::host::error::{LoadError, NeedStep};
use crate::host::services::offers::{Found, Offers, Refusal};
use crate::host::services::provided::Provider;
use crate::metadata::{PluginMetadata, RegistrationMetadata};

/// The needs of the plugins of a library.
#[derive(Default)]
pub(crate) struct Needs {
    /// The plugins whose needs are not met, each with its error.
    unmet: Vec<(String, String, LoadError)>,
    /// The plugins that provide what the others need.
    pub(super) providers: Vec<Arc<dyn Provider>>,
}

impl Needs {
    /// Compares what the plugins of a library for the interface at that path need,
    /// or what all of them need, with what the host offers. Returns an error if none
    /// of them can be created, or, for a library that waits, not all of them.
    pub(crate) fn of(
        path: &Path,
        metadata: &PluginMetadata,
        wanted: Option<&str>,
        name: Option<&str>,
        offers: &Offers,
        waits: bool,
    ) -> Result<Self, LoadError> {
        let is_wanted = |registration: &&RegistrationMetadata| {
            wanted.is_none_or(|path| registration.interface == path)
                && name.is_none_or(|name| registration.name == name)
        };
        let (mut needs, mut created) = (Needs::default(), 0);
        for registration in metadata.registrations.iter().filter(is_wanted) {
            match providers(path, registration, offers) {
                Ok(providers) => {
                    created += 1;
                    needs.providers.extend(providers);
                }
                Err(error) => {
                    let RegistrationMetadata { interface, name, .. } = registration;
                    needs.unmet.push((interface.clone(), name.clone(), error));
                }
            }
        }
        // A hand-written library creates its plugins together.
        if waits || created == 0 || !metadata.package.rust {
            needs.unmet.drain(..).next().map_or(Ok(()), |(_, _, first)| Err(first))?;
        }
        Ok(needs)
    }

    /// Takes the error of a plugin.
    pub(crate) fn take(&mut self, interface: &str, name: &str) -> Option<LoadError> {
        let is_its = |unmet: &(String, String, _)| (&*unmet.0, &*unmet.1) == (interface, name);
        self.unmet.iter().position(is_its).map(|at| self.unmet.swap_remove(at).2)
    }
}

/// Returns `true` if the needs of a plugin in that file are met.
pub(crate) fn are_met(path: &Path, registration: &RegistrationMetadata, offers: &Offers) -> bool {
    check(path, registration, offers).is_ok()
}

/// Returns the error of the first need of a plugin in that file that is not met.
pub(crate) fn check(
    path: &Path,
    registration: &RegistrationMetadata,
    offers: &Offers,
) -> Result<(), LoadError> {
    providers(path, registration, offers).map(drop)
}

/// Returns the plugins that provide what a plugin needs, or the error of the first
/// need that is not met.
fn providers(
    path: &Path,
    registration: &RegistrationMetadata,
    offers: &Offers,
) -> Result<Vec<Arc<dyn Provider>>, LoadError> {
    let mut providers = Vec::new();
    for needed in &registration.needs {
        let (path, plugin) = (path.to_owned(), registration.name.clone());
        match offers.offer(needed) {
            Ok(Found::Own(_)) => {}
            Ok(Found::OfPlugin(service)) if service.provider.depends_on(&path) => {
                let step = NeedStep {
                    plugin: plugin.clone(),
                    interface: needed.path.clone(),
                    version: needed.version.clone(),
                    provider: service.provider.name().to_owned(),
                    provider_path: service.provider.path().to_owned(),
                };
                return Err(LoadError::ServiceCycle { path, plugin, way: [step].into() });
            }
            Ok(Found::OfPlugin(service)) => providers.push(service.provider),
            Err(Refusal::NotOffered(offered)) => {
                return Err(LoadError::ServiceMissing {
                    path,
                    plugin,
                    interface: (*needed.path).into(),
                    version: (*needed.version).into(),
                    offered: offered.into(),
                });
            }
            Err(Refusal::Incompatible(mismatch)) => {
                return Err(LoadError::ServiceMismatch { path, plugin, mismatch });
            }
        }
    }
    Ok(providers)
}
