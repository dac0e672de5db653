//! The side of a typed proxy: its arguments as a message, and the reply as the outcome
//! of its call.
#![expect(unsafe_code, reason = "writes to what a caller lends")]

use core::ffi::c_void;
use core::ptr::{self, null_mut};
use core::slice;
use std::sync::Mutex;

use super::exclusive::Exclusive;
use super::exporting::Exporting;
use super::method::{Carried, Parameter};
use super::peer::Imports;
use super::read::{Read, Source};
use super::reply::Reply;
use crate::abi::{Failure, METHOD_ERROR};
use crate::host::by_descriptor::kept::Kept;
use crate::host::by_descriptor::wire::Wire;
use crate::metadata::as_written;
use crate::runtime::failure::panicked;

impl Carried {
    /// Returns the arguments of a call.
    ///
    /// # Safety
    ///
    /// `places` has the address of each argument that has a size. The arguments are the
    /// callee's. They and their addresses stay until what is returned is dropped.
    pub(in crate::host::by_descriptor) unsafe fn arguments(
        &self,
        places: *const *mut c_void,
    ) -> Arguments<'_> {
        Arguments { method: self, places, keeps_objects: false }
    }

    /// Writes the outcome of a reply, but for the status, which it returns.
    ///
    /// # Safety
    ///
    /// 1. What the arguments lend by `&mut`, as `sent` has it, lives still.
    /// 2. `outcome` has room for the outcome of the method, and is all 0. After an error,
    ///    what it has means nothing.
    pub(in crate::host::by_descriptor) unsafe fn receive(
        &self,
        sent: &Exporting<'_>,
        reply: &[u8],
        (kept, imports): (&Mutex<Kept>, &dyn Imports),
        outcome: *mut u8,
    ) -> Read<*mut Failure> {
        let invalid = |reason: String| {
            let signature = as_written(&self.signature);
            format!("{signature}: the worker returned an invalid value: {reason}")
        };
        let (failed, values) = match Reply::read(reply).map_err(invalid)? {
            Reply::Returned { failed, values } => (failed, values),
            Reply::Panicked { message, location } => {
                return Ok(panicked(message, location.as_ref()));
            }
            Reply::Invalid(reason) | Reply::Refused(reason) => return Err(reason),
        };
        let (part, status) = match (failed, self.err) {
            (false, _) => (self.ok, null_mut()),
            (true, Some(err)) => (err, METHOD_ERROR),
            (true, None) => return Err(invalid("only a `Result` may be an error".to_owned())),
        };
        let mut from = Source::new(values);
        (from.kept, from.imports) = (Some(kept), Some(imports));
        let size = self.plans.get(part.plan).layout.size;
        // SAFETY: condition 2: as many bytes as the part has are there, and initialised.
        let bytes = unsafe { slice::from_raw_parts_mut(outcome.add(part.offset), size) };
        self.plans.read(part.plan, &mut from, bytes).map_err(invalid)?;
        let change = |lent: &Exclusive| {
            let named = |reason| format!("`{}`: {reason}", self.parameters[lent.parameter].name);
            self.plans.change(lent, &mut from).map_err(named)
        };
        let changes =
            sent.exclusive.iter().map(change).collect::<Read<Vec<_>>>().map_err(invalid)?;
        from.end().map_err(invalid)?;
        // Nothing can fail any more. From here on all of it is the caller's.
        // Nothing is lent, but kept.
        drop(from.give());
        // SAFETY: condition 1; the caller lent them exclusively.
        changes.into_iter().for_each(|change| unsafe { change.make(&self.plans) });
        Ok(status)
    }
}

/// The arguments of a call. They are freed when it is dropped: a lent object may lie in
/// them, so that is after its loan.
pub(in crate::host::by_descriptor) struct Arguments<'c> {
    method: &'c Carried,
    /// The address of each that has a size.
    places: *const *mut c_void,
    /// `true` if the objects in them have another owner.
    keeps_objects: bool,
}

impl Arguments<'_> {
    fn each(&self) -> impl Iterator<Item = (&Parameter, Wire)> {
        let mut places = self.places;
        self.method.parameters.iter().map(move |parameter| {
            let mut at = ptr::without_provenance(parameter.layout.align);
            if parameter.layout.size > 0 {
                // SAFETY: the contract of `Carried::arguments`: its address is the next one.
                at = unsafe { *places }.cast_const().cast::<u8>();
                places = places.wrapping_add(1);
            }
            // SAFETY: there is an argument of this layout, by the same contract.
            (parameter, unsafe { Wire::new(at) })
        })
    }

    /// Appends them to a message. Their objects are exported.
    pub(in crate::host::by_descriptor) fn send(
        &mut self,
        message: &mut Vec<u8>,
        exporting: &mut Exporting<'_>,
    ) -> Read {
        let written = self.each().enumerate().try_for_each(|(number, (parameter, wire))| {
            exporting.ends_with_call = parameter.is_borrowed;
            exporting.parameter = number;
            self.method.plans.write(parameter.plan, wire, message, exporting)
        });
        if written.is_err() {
            exporting.undo();
        }
        self.keeps_objects = written.is_ok();
        written
    }
}

impl Drop for Arguments<'_> {
    fn drop(&mut self) {
        for (parameter, wire) in self.each() {
            self.method.plans.free(parameter.plan, wire, self.keeps_objects);
        }
    }
}
