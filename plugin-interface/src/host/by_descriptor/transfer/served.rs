//! The methods of a plugin, as another process calls them.
#![expect(unsafe_code, reason = "calls methods by their layouts")]

use std::cell::OnceCell;
use std::rc::Rc;

use super::method::{Carried, Parameter};
use super::read::Source;
use super::reply::Reply;
use crate::abi::{Failure, METHOD_ERROR};
use crate::host::by_descriptor::instance::{Borrow, Instance};
use crate::host::by_descriptor::invoke::Prepared;
use crate::host::by_descriptor::memory::Block;
use crate::host::by_descriptor::proxy::DynamicProxy;
use crate::host::by_descriptor::wire::Wire;
use crate::host::error::ProxyError;
use crate::runtime::reported::take_report;

/// A plugin whose methods are called with bytes.
#[derive(Debug)]
pub(crate) struct Served {
    instance: Rc<Instance>,
    /// Each method once it was called, or why it cannot be.
    methods: Vec<OnceCell<Result<Ready, String>>>,
}

#[derive(Debug)]
struct Ready {
    method: Carried,
    call: Prepared,
}

impl Served {
    pub(crate) fn new(proxy: &DynamicProxy) -> Self {
        let instance = Rc::clone(proxy.instance());
        let methods = instance.interface.methods.iter().map(|_| OnceCell::new()).collect();
        Served { instance, methods }
    }

    /// Calls a method, and appends the reply.
    pub(crate) fn call(&self, index: usize, arguments: &[u8], out: &mut Vec<u8>) {
        let refused = |reason: &str, out: &mut Vec<u8>| Reply::Refused(reason.into()).write(out);
        let Some(method) = self.methods.get(index) else {
            return refused("there is no such method", out);
        };
        match method.get_or_init(|| Ready::new(&self.instance, index)) {
            Ok(ready) => {
                if let Err(reason) = ready.call(&self.instance, arguments, out) {
                    refused(&reason, out);
                }
            }
            Err(reason) => refused(reason, out),
        }
    }
}

impl Ready {
    fn new(instance: &Instance, index: usize) -> Result<Self, String> {
        let interface = &instance.interface;
        let method = Carried::new(interface, &interface.methods[index]);
        let method = method.map_err(|error| error.to_string())?;
        let function = instance.function(index);
        if function.is_null() {
            let (name, expected) = (interface.path.clone(), index + 1);
            let error = ProxyError::VTable { name, expected, found: index };
            return Err(error.to_string());
        }
        let layouts = method.parameters.iter().map(|parameter| &*parameter.layout);
        let call = Prepared::new(function, layouts, &method.outcome);
        Ok(Ready { method, call })
    }

    /// Calls the method. If nothing was called, it returns the reason.
    fn call(
        &self,
        instance: &Rc<Instance>,
        arguments: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let Carried { plans, parameters, outcome, .. } = &self.method;
        let mut source = Source::new(arguments);
        let mut row = Block::new(self.method.row.0, self.method.row.1).expect("a possible size");
        for Parameter { plan, layout, offset, .. } in parameters {
            plans.read(*plan, &mut source, &mut row.bytes()[*offset..][..layout.size])?;
        }
        source.end()?;
        let borrow = Borrow::new(instance, self.method.is_exclusive);
        let _borrow = borrow.ok_or("the instance is borrowed by another call")?;
        // As `call_return_into` writes whole words.
        let returned = Block::new(outcome.size.max(16), outcome.align.max(16));
        let returned = returned.expect("a layout has a possible size");
        // From here on the callee owns what it was given.
        let lent = source.give();
        let at = |parameter: &Parameter| row.start().wrapping_add(parameter.offset);
        // SAFETY: the function is that of the method, by whose layouts it was prepared
        // and the arguments were read; they lie in `row`, in `lent` and in what was given,
        // which live across the call. The instance is borrowed as the method wants it.
        unsafe { self.call.call(instance.this, parameters.iter().map(at), returned.start()) };
        // SAFETY: an outcome begins with its status.
        let status = unsafe { *returned.start().cast::<*mut Failure>() };
        // SAFETY: the call wrote an outcome of this layout, and it stays there.
        let whole = unsafe { Wire::new(returned.start()) };
        match (status, self.method.err) {
            (status, _) if status.is_null() => self.answer(self.method.ok, whole, false, &row, out),
            (METHOD_ERROR, Some(err)) => self.answer(err, whole, true, &row, out),
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
        for parameter in parameters {
            if let Some(slot) = self.method.slot(parameter) {
                // SAFETY: the argument is the address of an option that was written for
                // the call, and that the callee may have changed; it is in `lent`.
                let wire = unsafe { Wire::new(*at(parameter).cast::<*const u8>()) };
                plans.free(slot, wire);
            }
        }
        drop(lent);
        Ok(())
    }

    /// Appends what came back, and frees it.
    fn answer(
        &self,
        part: super::plan::Part,
        whole: Wire,
        failed: bool,
        row: &Block,
        out: &mut Vec<u8>,
    ) {
        let plans = &self.method.plans;
        let (begin, value) = (out.len(), whole.part(part.offset));
        Reply::Returned { failed, values: &[] }.write(out);
        let mut written = plans.write(part.plan, value, out);
        for parameter in self.method.parameters.iter().filter(|it| it.is_lent) {
            // SAFETY: the argument was written for the call, and lies there still.
            let wire = unsafe { Wire::new(row.start().wrapping_add(parameter.offset)) };
            written = written.and_then(|()| plans.write(parameter.plan, wire, out));
        }
        plans.free(part.plan, value);
        if let Err(reason) = written {
            out.truncate(begin);
            Reply::Invalid(reason).write(out);
        }
    }
}
