//! The services that plugins need and provide, as `inspect` prints them.

use plugin_interface::metadata::{InterfaceMetadata, RegistrationMetadata};
use serde::Serialize;

/// A service that an implementation needs or provides.
#[derive(Serialize)]
pub(super) struct ServiceReport<'a> {
    implementation: &'a str,
    interface: &'a str,
    version: &'a str,
}

impl ServiceReport<'_> {
    pub(super) fn line(&self, word: &str) -> String {
        let ServiceReport { implementation, interface, version } = self;
        format!("{interface} {version}, {word} {implementation}")
    }
}

/// Returns what an implementation needs.
pub(super) fn needs(
    registration: &RegistrationMetadata,
) -> impl Iterator<Item = ServiceReport<'_>> {
    registration.needs.iter().map(|service| report(registration, service))
}

/// Returns what an implementation provides.
pub(super) fn provides(
    registration: &RegistrationMetadata,
) -> impl Iterator<Item = ServiceReport<'_>> {
    registration.provides.iter().map(|service| report(registration, service))
}

fn report<'a>(
    registration: &'a RegistrationMetadata,
    InterfaceMetadata { path, version, .. }: &'a InterfaceMetadata,
) -> ServiceReport<'a> {
    ServiceReport { implementation: &registration.name, interface: path, version }
}
