//! One call of a method by its descriptor, from values to values.
#![expect(unsafe_code, reason = "calls methods of other libraries")]

use std::rc::Rc;

use serde_json::{Value, json};

use super::callee::Callee;
use super::error::DynamicError;
use super::instance::{Borrow, Instance};
use super::invoke::{Argument, invoke};
use super::memory::Block;
use super::owned_object::described;
use super::pack::{Exclusive, Packer};
use super::read::{FoundObject, Reader};
use super::refusal::Refusal;
use super::release::release;
use super::supported::Objects;
use super::wire::Wire;
use crate::abi::{Failure, METHOD_ERROR};
use crate::host::error::ProxyError;
use crate::metadata::layout::{FieldLayout, LayoutKind, Layouts};
use crate::metadata::signature::Type;
use crate::runtime::reported::take_report;

/// What a call returned, as the answer of a proxy has it.
pub(super) struct Returned {
    pub(super) value: Value,
    pub(super) changed: Vec<(String, Value)>,
    pub(super) failed: bool,
    pub(super) objects: Vec<Instance>,
}

/// A method that is about to be called.
pub(super) struct Call<'p> {
    instance: &'p Rc<Instance>,
    callee: Callee<'p>,
}

impl<'p> Call<'p> {
    pub(super) fn new(instance: &'p Rc<Instance>, name: &str) -> Result<Self, DynamicError> {
        Ok(Call { instance, callee: Callee::new(&instance.interface, name)? })
    }

    /// Borrows the instance as the method does.
    fn borrow(&self) -> Result<Borrow, DynamicError> {
        let is_exclusive = self.callee.method.exclusive;
        let borrowed =
            |reason| DynamicError::Borrowed { signature: self.callee.signature(), reason };
        if is_exclusive && self.instance.is_shared {
            return Err(borrowed("others own it too, as it is behind an `Arc`"));
        }
        let wait = "wait for the calls that run, and drop the objects that they returned";
        Borrow::new(self.instance, is_exclusive).ok_or_else(|| borrowed(wait))
    }

    /// Calls the method.
    pub(super) fn run(self, arguments: &[Value]) -> Result<Returned, DynamicError> {
        let callee = &self.callee;
        let mut layouts = callee.layouts();
        let objects = callee.supported(&mut layouts, arguments.len())?;
        let outcome = layouts.outcome(&callee.method.returns);
        let outcome = outcome.map_err(|error| callee.refused(error))?;
        let parameters = callee.method.parameters.iter().map(|parameter| layouts.of(&parameter.ty));
        let parameters: Result<Vec<_>, _> = parameters.collect();
        let parameters = parameters.map_err(|error| callee.refused(error))?;
        let mut packer = Packer::new(&mut layouts);
        let packed = callee.pack(&mut packer, arguments)?;
        let Packer { given, lent, exclusive, slots, .. } = packer;
        let function = self.instance.function(callee.index);
        if function.is_null() {
            let (name, expected) = (callee.interface.path.clone(), callee.index + 1);
            return Err(ProxyError::VTable { name, expected, found: callee.index }.into());
        }
        let borrow = self.borrow()?;
        // As `call_return_into` writes whole words.
        let returned = Block::new(outcome.size.max(16), outcome.align.max(16));
        let returned = returned.ok_or_else(|| {
            let reason = "it has too many bytes by value";
            callee.refused(Refusal::unsupported(&callee.method.returns, reason))
        })?;
        // From here on the callee owns what it was given.
        given.into_iter().for_each(Block::give);
        let arguments = parameters.iter().zip(&packed);
        let arguments: Vec<_> =
            arguments.map(|(layout, block)| Argument { layout, at: block.start() }).collect();
        // SAFETY: the vtable is that of the descriptor, by which the arguments were
        // written as values of their types; they lie in `packed`, `given` and
        // `lent`, which live across the call, and their size was checked. The
        // instance is borrowed as the method wants it.
        unsafe { invoke(function, self.instance.this, &arguments, (&outcome, returned.start())) };
        // SAFETY: an outcome begins with its status.
        let status = unsafe { *returned.start().cast::<*mut Failure>() };
        // SAFETY: the call wrote an outcome of this layout, and it stays there.
        let wire = unsafe { Wire::new(returned.start()) };
        let LayoutKind::Outcome { ok, err } = &outcome.kind else {
            unreachable!("the layout of an outcome")
        };
        let mut after = After { call: &self, layouts: &mut layouts, exclusive, slots, borrow };
        let answer = match (status, err) {
            (status, _) if status.is_null() => {
                after.answer(ok, wire, err.is_some().then_some("Ok"), objects)
            }
            (METHOD_ERROR, Some(err)) => after.answer(err, wire, Some("Err"), objects),
            (METHOD_ERROR, None) => {
                after.release();
                Err(self.invalid("only a method that returns a Result may fail".to_owned()))
            }
            (failure, _) => {
                after.release();
                // SAFETY: any other status is a failure, which is ours.
                Err(self.panicked(unsafe { take_report(failure) }))
            }
        };
        drop(lent);
        answer
    }

    fn names(&self) -> (String, String) {
        (self.callee.interface.name().to_owned(), self.callee.method.name.clone())
    }

    fn invalid(&self, reason: String) -> DynamicError {
        let (interface, method) = self.names();
        DynamicError::Invalid { interface, method, reason }
    }

    fn panicked(&self, report: (String, Option<crate::PanicLocation>)) -> DynamicError {
        let (interface, method) = self.names();
        let (message, location) = report;
        DynamicError::Panicked { interface, method, message, location }
    }
}

/// What is left to do after a call.
struct After<'a, 'p> {
    call: &'a Call<'p>,
    layouts: &'a mut Layouts<'p>,
    exclusive: Vec<Exclusive>,
    slots: Vec<(Type, *mut u8)>,
    borrow: Borrow,
}

impl After<'_, '_> {
    /// Reads what came back, and frees it.
    fn answer(
        mut self,
        field: &FieldLayout,
        whole: Wire,
        tag: Option<&str>,
        objects: Objects,
    ) -> Result<Returned, DynamicError> {
        let mut reader = Reader::new(self.layouts);
        let read = reader.field(field, whole).and_then(|value| {
            let changed = self.exclusive.iter().map(|exclusive| {
                // SAFETY: it was written for the call, and lies in memory that is
                // lent until the end of it.
                let wire = unsafe { Wire::new(exclusive.wire.as_ptr().cast()) };
                Ok((exclusive.place.clone(), reader.read(&exclusive.ty, wire)?))
            });
            Ok((value, changed.collect::<Result<Vec<_>, String>>()?))
        });
        let found = reader.objects;
        let is_valid = read.is_ok();
        release(self.layouts, &field.ty, whole.part(field.offset), is_valid);
        self.release_slots(is_valid);
        let call = self.call;
        let (value, changed) = read.map_err(|reason| call.invalid(reason))?;
        let value = match tag {
            Some(tag) => json!({ tag: value }),
            None => value,
        };
        let objects = self.instances(found, objects).map_err(|reason| call.invalid(reason))?;
        Ok(Returned { value, changed, objects, failed: tag == Some("Err") })
    }

    /// Frees what a failed call left behind.
    fn release(&mut self) {
        self.release_slots(false);
    }

    fn release_slots(&mut self, keeps_objects: bool) {
        for (ty, at) in self.slots.drain(..) {
            // SAFETY: an option that was written for the call, and that the callee
            // may have changed; the memory is lent until the end of the call.
            release(self.layouts, &ty, unsafe { Wire::new(at.cast_const()) }, keeps_objects);
        }
    }

    /// Returns the objects that were found. All of them are taken
    /// over, also if one is invalid.
    fn instances(self, found: Vec<FoundObject>, objects: Objects) -> Result<Vec<Instance>, String> {
        let call = self.call;
        let taken: Vec<_> = found
            .into_iter()
            .map(|FoundObject { of, is_shared, raw }| {
                let (object, interface) = described(raw, &of, &call.instance.interface)?;
                Ok((object, interface, is_shared))
            })
            .collect();
        // The objects borrow together what the call borrowed.
        let borrow = (objects == Objects::Borrowed).then(|| Rc::new(self.borrow));
        let proxy = |taken: Result<_, String>| {
            let (object, interface, is_shared) = taken?;
            let borrow = borrow.clone();
            Ok(Instance::of_object(object, interface, is_shared, borrow))
        };
        taken.into_iter().map(proxy).collect()
    }
}
