//! The needs of plugins: the services without which they are not created.

use std::path::Path;

use crate::host::error::LoadError;
use crate::host::services::offers::{Offers, Refusal};
use crate::metadata::{PluginMetadata, RegistrationMetadata};

/// The plugins of a library whose needs are not met, each with its error.
#[derive(Default)]
pub(crate) struct Unmet(Vec<(String, String, LoadError)>);

impl Unmet {
    /// Compares what the plugins of a library for the interface at that path need,
    /// or what all of them need, with what the host offers. Returns an error if none
    /// of them can be created.
    pub(crate) fn of(
        path: &Path,
        metadata: &PluginMetadata,
        wanted: Option<&str>,
        name: Option<&str>,
        offers: &Offers,
    ) -> Result<Self, LoadError> {
        let is_wanted = |registration: &&RegistrationMetadata| {
            wanted.is_none_or(|path| registration.interface == path)
                && name.is_none_or(|name| registration.name == name)
        };
        let (mut unmet, mut created) = (Unmet::default(), 0);
        for registration in metadata.registrations.iter().filter(is_wanted) {
            match first_unmet(path, registration, offers) {
                None => created += 1,
                Some(error) => {
                    let RegistrationMetadata { interface, name, .. } = registration;
                    unmet.0.push((interface.clone(), name.clone(), error));
                }
            }
        }
        // A hand-written library creates its plugins together.
        if created == 0 || !metadata.package.rust {
            unmet.0.drain(..).next().map_or(Ok(()), |(_, _, first)| Err(first))?;
        }
        Ok(unmet)
    }

    /// Takes the error of a plugin.
    pub(crate) fn take(&mut self, interface: &str, name: &str) -> Option<LoadError> {
        let is_its = |unmet: &(String, String, _)| (&*unmet.0, &*unmet.1) == (interface, name);
        self.0.iter().position(is_its).map(|at| self.0.swap_remove(at).2)
    }
}

/// Returns the error of the first need that is not met.
fn first_unmet(
    path: &Path,
    registration: &RegistrationMetadata,
    offers: &Offers,
) -> Option<LoadError> {
    registration.needs.iter().find_map(|needed| {
        let (path, plugin) = (path.to_owned(), registration.name.clone());
        Some(match offers.offer(needed).err()? {
            Refusal::NotOffered(offered) => LoadError::ServiceMissing {
                path,
                plugin,
                interface: (*needed.path).into(),
                version: (*needed.version).into(),
                offered: offered.into(),
            },
            Refusal::Incompatible(mismatch) => {
                LoadError::ServiceMismatch { path, plugin, mismatch }
            }
        })
    })
}
