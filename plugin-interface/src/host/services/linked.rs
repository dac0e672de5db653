//! The services for plugins that are linked into this program. They have no table of
//! their own, so a number stands for what they are offered.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use core::ptr;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::changes::{self, changes};
use super::finding::found;
use crate::abi::{Failure, RawObject, RawSlice, ServiceTable};
use crate::host::services::offers::Offers;
use crate::runtime::services::offer_linked;

static SERVICES: ServiceTable = ServiceTable { size: size_of::<ServiceTable>(), find, changes };

/// What is offered, by number.
static OFFERED: Mutex<Offered> = Mutex::new(Offered { last: 0, offers: BTreeMap::new() });

struct Offered {
    last: usize,
    offers: BTreeMap<usize, Weak<Offers>>,
}

/// What a host offers to the plugins of one package, until this is dropped.
pub(crate) struct LinkedServices {
    number: usize,
    _offers: Arc<Offers>,
}

fn offered() -> MutexGuard<'static, Offered> {
    OFFERED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LinkedServices {
    pub(crate) fn new(offers: Arc<Offers>) -> Self {
        let mut all = offered();
        all.last += 1;
        let number = all.last;
        all.offers.insert(number, Arc::downgrade(&offers));
        LinkedServices { number, _offers: offers }
    }

    /// Calls what creates a plugin of the package.
    pub(crate) fn while_making<R>(&self, make: impl FnOnce() -> R) -> R {
        // SAFETY: `find` reads its context as a number, which may be none of these.
        unsafe { offer_linked(&SERVICES, ptr::without_provenance_mut(self.number), make) }
    }
}

impl Drop for LinkedServices {
    fn drop(&mut self) {
        offered().offers.remove(&self.number);
        changes::note();
    }
}

unsafe extern "C" fn find(
    context: *mut c_void,
    record: RawSlice,
    service: *mut RawObject,
) -> *mut Failure {
    let offers = offered().offers.get(&context.addr()).cloned();
    // SAFETY: the plugin passes the record of one of its interfaces, which is a static.
    let record = unsafe { core::slice::from_raw_parts(record.ptr.cast::<u8>(), record.len) };
    match found(offers.and_then(|offers| offers.upgrade()), record) {
        Ok(object) => {
            // SAFETY: the plugin passes a place that is valid for writes.
            unsafe { service.write(object) };
            ptr::null_mut()
        }
        Err(refusal) => refusal.into_failure(),
    }
}
