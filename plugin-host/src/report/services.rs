//! The services that plugins need of their host, and those that they are, as
//! `inspect` prints them.

use plugin_interface::metadata::{InterfaceMetadata, RegistrationMetadata};
use serde::Serialize;

/// A service that an implementation needs.
#[derive(Serialize)]
pub(super) struct NeedReport<'a> {
    implementation: &'a str,
    interface: &'a str,
    version: &'a str,
}

impl NeedReport<'_> {
    pub(super) fn line(&self) -> String {
        let NeedReport { implementation, interface, version } = self;
        format!("{interface} {version}, for {implementation}")
    }
}

/// Returns what an implementation needs.
pub(super) fn needs(registration: &RegistrationMetadata) -> impl Iterator<Item = NeedReport<'_>> {
    registration.needs.iter().map(|InterfaceMetadata { path, version, .. }| NeedReport {
        implementation: &registration.name,
        interface: path,
        version,
    })
}
