//! The function by which a plugin finds the services that its host offers.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use std::sync::{Arc, PoisonError};

use super::Allocation;
use super::changes::changes;
use crate::abi::{Failure, RawObject, RawSlice, ServiceTable};
use crate::host::services::offers::{Offers, Refusal};

static SERVICES: ServiceTable = ServiceTable { size: size_of::<ServiceTable>(), find, changes };

/// Returns the table for the services of a library.
pub(super) fn offered() -> *const ServiceTable {
    &raw const SERVICES
}

unsafe extern "C" fn find(
    context: *mut c_void,
    record: RawSlice,
    service: *mut RawObject,
) -> *mut Failure {
    // SAFETY: the context is what the library was connected with.
    let allocation = unsafe { &*context.cast::<Allocation>() };
    // SAFETY: the library passes the record of one of its interfaces, which is
    // a static.
    let record = unsafe { core::slice::from_raw_parts(record.ptr.cast::<u8>(), record.len) };
    let offers = allocation.offers.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match found(offers, record) {
        Ok(object) => {
            // SAFETY: the library passes a place that is valid for writes.
            unsafe { service.write(object) };
            core::ptr::null_mut()
        }
        Err(refusal) => refusal.into_failure(),
    }
}

/// Returns another owner of the service for the interface with that record.
pub(super) fn found(offers: Option<Arc<Offers>>, record: &[u8]) -> Result<RawObject, Refusal> {
    let not_offered = || Refusal::NotOffered(Vec::new());
    let found = offers.ok_or_else(not_offered)?.find(record)?;
    found.share().ok_or_else(not_offered)
}
