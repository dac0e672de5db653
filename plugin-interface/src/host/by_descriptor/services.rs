//! Services of a host for plugins in another process, and what a plugin provides there.
#![expect(unsafe_code, reason = "takes objects over, and reads their records")]

use std::path::Path;
use std::sync::Arc;

use super::answered::import_shared;
use super::error::DynamicError;
use super::transfer::{Exporting, Exports, Handle, ObjectType, Peer, check_type};
use crate::host::services::offers::Found;
use crate::host::services::provided::{ProvidedService, Provider};
use crate::metadata::decode::interface_of;
use crate::object::OwnedObject;
#[cfg(feature = "log")]
use crate::runtime::services::Service;

/// Exports another owner of a service. Returns the record of its interface and its
/// handle; `None` if its plugin does not share it.
///
/// # Errors
///
/// If a method takes or returns what cannot go to another process.
pub(crate) fn export_service(
    exports: &Exports,
    service: &Found,
) -> Result<Option<ServiceHandle>, Box<Refused>> {
    let Some(raw) = service.share() else { return Ok(None) };
    // SAFETY: it is a new owner, and nobody else's. Services are of interfaces, whose
    // tables the macros write.
    let object = unsafe { OwnedObject::new(raw) };
    let record = object.table().record;
    // SAFETY: the record of an interface is a static of its library, which the object
    // keeps loaded.
    let record = unsafe { core::slice::from_raw_parts(record.ptr.cast::<u8>(), record.len) };
    let record = record.to_vec();
    // Beyond the limits of a record, nothing is known of it.
    let Ok(interface) = interface_of(&record) else { return Ok(None) };
    let path = interface.path.clone();
    let not_described = |_| DynamicError::NotDescribed { interface: path.clone() };
    let exported = ObjectType::of_instances(&interface).map_err(not_described).and_then(|of| {
        check_type(of)?;
        let (interface, method) = (path.clone(), String::new());
        let given = Exporting::to(exports).give(of, object);
        given.map_err(|reason| DynamicError::Invalid { interface, method, reason })
    });
    match exported {
        Ok(handle) => Ok(Some(ServiceHandle { record, handle })),
        Err(error) => Err(Box::new(Refused { path, error })),
    }
}

/// A service of the other process.
pub(crate) struct ServiceHandle {
    /// The record of its interface.
    pub(crate) record: Vec<u8>,
    pub(crate) handle: Handle,
}

/// A service that cannot go to another process.
pub(crate) struct Refused {
    /// The path of its interface.
    pub(crate) path: String,
    pub(crate) error: DynamicError,
}

/// The services of a host, in the process of its plugins.
pub(crate) struct HostServices(Vec<ProvidedService>);

// SAFETY: a service is `Send` and `Sync`.
unsafe impl Send for HostServices {}
// SAFETY: as above.
unsafe impl Sync for HostServices {}

impl HostServices {
    /// Makes services of their records and handles.
    pub(crate) fn new(peer: &Arc<dyn Peer>, services: Vec<ServiceHandle>) -> Result<Self, String> {
        let service = |ServiceHandle { record, handle }| {
            let interface = interface_of(&record).map_err(|error| error.to_string())?;
            let of = ObjectType::of_record(&interface, record)?;
            let object = import_shared(peer, of, handle)?;
            Ok::<_, String>(ProvidedService { interface, object })
        };
        services.into_iter().map(service).collect::<Result<_, _>>().map(HostServices)
    }
}

#[cfg(feature = "log")]
impl HostServices {
    /// Takes the service of an interface of this crate out of them. `None` if there is
    /// none, or of another version.
    pub(crate) fn take<I: Service + ?Sized>(&mut self) -> Option<Arc<I>> {
        let is_it = |service: &ProvidedService| service.interface.path == I::DESCRIPTION.path;
        let at = self.0.iter().position(is_it)?;
        let shared = self.0.swap_remove(at).object.share()?;
        // SAFETY: another owner of an object of that interface, as its record says, whose
        // version is compared.
        unsafe { I::lift(shared) }.ok()
    }
}

impl Provider for HostServices {
    /// No library has this path.
    fn path(&self) -> &Path {
        Path::new("the host")
    }

    fn name(&self) -> &str {
        "the host"
    }

    fn of_interface(&self) -> &str {
        ""
    }

    fn services(&self) -> &[ProvidedService] {
        &self.0
    }

    fn providers(&self) -> &[Arc<dyn Provider>] {
        &[]
    }
}
