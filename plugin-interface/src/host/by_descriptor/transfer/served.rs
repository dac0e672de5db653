//! The objects of this process, as the other one calls them.
#![expect(unsafe_code, reason = "calls methods by their layouts")]

use core::ffi::c_void;
use std::sync::{Arc, OnceLock};

use super::apart::{Lasting, Unsent};
use super::exclusive::Exclusive;
use super::export::{Borrowed, Use};
use super::exporting::Exporting;
use super::exports::Exports;
use super::handle::Handle;
use super::method::{Carried, Parameter};
use super::object_type::ObjectType;
use super::peer::{Imports, RELEASE};
use super::plan::Part;
use super::read::Source;
use super::reply::{LONGEST, Reply, too_long};
use crate::abi::{Failure, METHOD_ERROR};
use crate::host::by_descriptor::invoke::Prepared;
use crate::host::by_descriptor::memory::Space;
use crate::host::by_descriptor::wire::Wire;
use crate::host::error::ProxyError;
use crate::runtime::reported::take_report;

/// A method that is ready to be called with bytes.
#[derive(Debug)]
struct Ready {
    method: Carried,
    call: Prepared,
}

/// The methods of a type, each once it was called, or why it cannot be.
type Methods = Vec<OnceLock<Result<Ready, String>>>;

impl Exports {
    /// Calls a method of an object, and appends the reply, but for what it returns.
    /// `imports` makes objects of what the other process gives or lends with the call.
    pub(in crate::host::by_descriptor) fn serve(
        &self,
        (object, method): (Handle, u32),
        arguments: &[u8],
        imports: &dyn Imports,
        out: &mut Vec<u8>,
    ) -> Option<Box<Unsent>> {
        let begin = out.len();
        let served = match method {
            RELEASE => self.release(object).map(|()| {
                Reply::Returned { failed: false, values: &[] }.write(out);
                None
            }),
            method => self.call(object, method as usize, arguments, imports, out),
        };
        served.unwrap_or_else(|reason| {
            out.truncate(begin);
            Reply::Refused(reason).write(out);
            None
        })
    }

    /// Calls a method. If nothing was called, it returns the reason.
    fn call(
        &self,
        object: Handle,
        index: usize,
        arguments: &[u8],
        imports: &dyn Imports,
        out: &mut Vec<u8>,
    ) -> Result<Option<Box<Unsent>>, String> {
        let export = self.find(object)?;
        let of = export.of;
        let ready = methods(of).get(index).ok_or("there is no such method")?;
        let ready = ready.get_or_init(|| Ready::new(of, index)).as_ref()?;
        let mut source = Source::new(arguments);
        source.imports = Some(imports);
        // What is returned may borrow from the arguments, for longer than the call.
        source.lends_bytes = !ready.method.is_borrowed;
        source.trusts_texts = self.trusts_texts;
        let (size, align) = ready.method.row;
        let mut row = Space::new();
        let row = row.bytes(size, align).expect("a possible size");
        ready.read(&mut source, row)?;
        let (used, closure) = if of.is_consumed {
            let (used, closure) = self.consume(object)?;
            (used, Some(closure))
        } else {
            (export.begin(ready.method.is_exclusive)?, None)
        };
        let function = used.export.function(index);
        if function.is_null() {
            let (name, expected) = (of.interface.path.clone(), index + 1);
            return Err(ProxyError::VTable { name, expected, found: index }.to_string());
        }
        // SAFETY: the function is that of the method, and the instance is borrowed as it
        // wants. A closure that the call consumes is not used again.
        let unsent = unsafe { ready.call(function, used, (source, row.as_mut_ptr()), self, out) };
        if let Some(closure) = closure {
            // The call has dropped it.
            closure.into_instance();
        }
        Ok(unsent)
    }
}

fn methods(of: &'static ObjectType) -> &'static Methods {
    let new = || -> Methods { of.interface.methods.iter().map(|_| OnceLock::new()).collect() };
    let methods = of.served.get_or_init(|| Box::new(new()));
    methods.downcast_ref().expect("written here only")
}

impl Ready {
    fn new(of: &ObjectType, index: usize) -> Result<Self, String> {
        let method = Carried::new(&of.interface, &of.interface.methods[index]);
        let method = method.map_err(|error| error.to_string())?;
        let layouts = method.parameters.iter().map(|parameter| &*parameter.layout);
        let call = Prepared::new(layouts, &method.outcome);
        Ok(Ready { method, call })
    }

    /// Makes the arguments, in a row of the size of all of them, which is all 0.
    fn read(&self, source: &mut Source<'_, '_>, row: &mut [u8]) -> Result<(), String> {
        for Parameter { plan, layout, offset, .. } in &self.method.parameters {
            let part = &mut row[*offset..][..layout.size];
            self.method.plans.read(*plan, source, part)?;
        }
        source.end()
    }

    /// Calls the method with a row of arguments, and appends the reply, but for what it
    /// returns.
    ///
    /// # Safety
    ///
    /// The function is that of the method, of the instance that is borrowed as it
    /// wants. [`read`](Self::read) made the row there from that source, and nobody else
    /// uses it.
    unsafe fn call(
        &'static self,
        function: *const c_void,
        used: Use,
        (source, row): (Source<'_, '_>, *mut u8),
        exports: &Exports,
        out: &mut Vec<u8>,
    ) -> Option<Box<Unsent>> {
        let mut exporting = Exporting::to(exports);
        let Carried { plans, parameters, outcome, .. } = &self.method;
        // As `call_return_into` writes whole words.
        let mut space = Space::new();
        let returned = space.bytes(outcome.size.max(16), outcome.align.max(16));
        let returned = returned.expect("a layout has a possible size").as_mut_ptr();
        // From here on the callee owns what it was given.
        let mut lent = source.give();
        let at = |parameter: &Parameter| row.wrapping_add(parameter.offset);
        // SAFETY: the contract of this function. By the layouts of the method the call
        // was prepared and the arguments were read; they lie in the row, in `lent` and in
        // what was given, which live across the call.
        unsafe {
            let this = used.export.this;
            self.call.call(function, this, parameters.iter().map(at), returned);
        }
        let is_plugin = used.export.is_plugin();
        // The instance is borrowed until the reply is written, or for longer.
        let _used = if self.method.is_borrowed {
            // What is returned may borrow from all that was lent by reference.
            let arguments = std::mem::take(&mut lent.blocks);
            exporting.parent = Some(Arc::new(Borrowed { of: used, arguments }));
            None
        } else {
            // The borrow ends before the reply is sent, and the library of a plugin stays.
            if is_plugin {
                exporting.apart.lasting = Lasting::Owned;
            }
            Some(used)
        };
        // SAFETY: an outcome begins with its status.
        let status = unsafe { *returned.cast::<*mut Failure>() };
        // SAFETY: the call wrote an outcome of this layout, and it stays there.
        let whole = unsafe { Wire::new(returned) };
        let (ok, err) = (self.method.ok, self.method.err);
        match (status, err) {
            (status, _) if status.is_null() => {
                self.answer((ok, false), whole, &lent.exclusive, &mut exporting, out);
            }
            (METHOD_ERROR, Some(err)) => {
                self.answer((err, true), whole, &lent.exclusive, &mut exporting, out);
            }
            (METHOD_ERROR, None) => {
                let reason = "only a method that returns a Result may fail".to_owned();
                Reply::Invalid(reason).write(out);
            }
            (failure, _) => {
                // SAFETY: any other status is a failure, which is ours.
                let (message, location) = unsafe { take_report(failure) };
                Reply::Panicked { message, location }.write(out);
            }
        }
        // SAFETY: each was written for the call, and the callee may have changed it; it is
        // in `lent`, or in what `exporting` keeps.
        lent.exclusive.iter().for_each(|exclusive| unsafe { plans.free_slot(exclusive) });
        drop(lent);
        if exporting.rows().is_empty() {
            return None;
        }
        let part = if status.is_null() { ok } else { err.unwrap_or(ok) };
        let (rows, count) = (exporting.apart.take(), exports.unfreed.one_more());
        // SAFETY: the outcome is in `space`. `answer` has left it there, since the value of
        // that part owns the rows. The code that frees it stays while it is counted.
        Some(unsafe { Unsent::new(rows, (&self.method, part), space, count) })
    }

    /// Appends what came back, and frees it, unless rows that it owns are apart. Its objects
    /// are exported.
    fn answer(
        &self,
        (part, failed): (Part, bool),
        whole: Wire,
        lent: &[Exclusive],
        exporting: &mut Exporting<'_>,
        out: &mut Vec<u8>,
    ) {
        let plans = &self.method.plans;
        let (begin, value) = (out.len(), whole.part(part.offset));
        Reply::Returned { failed, values: &[] }.write(out);
        let mut written = plans.write(part.plan, value, out, exporting);
        exporting.apart.lasting = Lasting::Nothing;
        for exclusive in lent {
            // SAFETY: it was written for the call, and lies there still.
            let mut write = || unsafe { plans.write_back(exclusive, out, exporting) };
            written = written.and_then(|()| write());
        }
        let len = out.len() + exporting.apart.len();
        if written.is_ok() && len > LONGEST {
            written = Err(too_long(len));
        }
        if written.is_err() {
            exporting.undo();
            drop(exporting.apart.take());
        }
        if exporting.rows().is_empty() {
            plans.free(part.plan, value, written.is_ok());
        }
        match written {
            Ok(()) => exporting.keep(),
            Err(reason) => {
                out.truncate(begin);
                Reply::Invalid(reason).write(out);
            }
        }
    }
}
