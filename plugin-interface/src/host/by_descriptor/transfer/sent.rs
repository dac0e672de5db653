//! A call of a method in another process, by values of JSON.
#![expect(unsafe_code, reason = "reads values by their layouts")]

use core::ptr::{null_mut, without_provenance_mut};

use serde_json::{Value, json};

use super::exporting::Exporting;
use super::method::{Carried, Lends};
use super::peer::{Outgoing, Peer};
use super::plan::Kind;
use super::read::{Read, Source};
use super::reply::{HEAD, Reply, with_buffer};
use crate::host::by_descriptor::callee::Callee;
use crate::host::by_descriptor::error::DynamicError;
use crate::host::by_descriptor::pack::Packer;
use crate::host::by_descriptor::read::Reader;
use crate::host::by_descriptor::refusal::Refusal;
use crate::host::by_descriptor::supported::Objects;
use crate::host::by_descriptor::wire::Wire;
use crate::metadata::InterfaceMetadata;
use crate::metadata::layout::Layouts;

/// What a method of another process returned.
pub(crate) struct Received {
    pub(crate) value: Value,
    pub(crate) changed: Vec<(String, Value)>,
    pub(crate) failed: bool,
}

/// Calls a method of another process. `exchange` sends a message, whose first bytes it
/// writes, and puts the answer in its place; it returns where the reply begins.
pub(crate) fn call_elsewhere<E: From<DynamicError>>(
    interface: &InterfaceMetadata,
    name: &str,
    arguments: &[Value],
    refused: impl FnOnce(String) -> E,
    exchange: impl FnOnce(usize, &mut Vec<u8>) -> Result<usize, E>,
) -> Result<Received, E> {
    let callee = Callee::new(interface, name)?;
    let mut layouts = callee.layouts();
    if callee.supported(&mut layouts, arguments.len())? != Objects::None {
        let reason = "an object cannot leave the process of its plugin";
        return Err(callee.refused(Refusal::unsupported(&callee.method.returns, reason)).into());
    }
    let carried = Carried::new(interface, &interface.methods[callee.index])?;
    if let Some(parameter) = carried.parameters.iter().find(|it| it.lends == Lends::Parts) {
        let reason = "a `&mut` within another type cannot be given back as JSON";
        return Err(callee.refused(Refusal::unsupported(&parameter.ty, reason)).into());
    }
    let invalid = |reason: String| DynamicError::Invalid {
        interface: interface.name().to_owned(),
        method: name.to_owned(),
        reason,
    };
    let mut packer = Packer::new(&mut layouts);
    let packed = callee.pack(&mut packer, arguments)?;
    let Packer { given, lent, .. } = packer;
    with_buffer(|message| {
        message.resize(HEAD, 0);
        for (parameter, block) in carried.parameters.iter().zip(&packed) {
            // SAFETY: it was written as a value of its type, of which all parts are in
            // `packed`, `given` and `lent`.
            let wire = unsafe { Wire::new(block.start()) };
            let written =
                carried.plans.write(parameter.plan, wire, message, &mut Exporting::none());
            written.map_err(&invalid)?;
        }
        drop((packed, given, lent));
        let reply = exchange(callee.index, message)?;
        match Reply::read(&message[reply..]).map_err(&invalid)? {
            Reply::Returned { failed, values } => {
                Ok(received(&carried, &mut layouts, failed, values).map_err(&invalid)?)
            }
            Reply::Panicked { message, location } => {
                let (interface, method) = (interface.name().to_owned(), name.to_owned());
                Err(DynamicError::Panicked { interface, method, message, location }.into())
            }
            Reply::Invalid(reason) => Err(invalid(reason).into()),
            Reply::Refused(reason) => Err(refused(reason)),
        }
    })
}

/// Makes values of JSON of what was returned.
fn received(
    carried: &Carried,
    layouts: &mut Layouts<'_>,
    failed: bool,
    values: &[u8],
) -> Read<Received> {
    let (plans, mut from) = (&carried.plans, Source::new(values));
    let (part, tag) = match (failed, carried.err) {
        (true, Some(err)) => (err, Some("Err")),
        (true, None) => return Err("only a method that returns a Result may fail".to_owned()),
        (false, err) => (carried.ok, err.map(|_| "Ok")),
    };
    let layout = &plans.get(part.plan).layout;
    let mut block = from.block(Some(layout.size), layout.align)?;
    plans.read(part.plan, &mut from, block.bytes())?;
    let field = carried.field(failed);
    // SAFETY: a value of its type was just made there; it lives in `block` and `from`.
    let wire = unsafe { Wire::new(block.start()) };
    let value = Reader::new(layouts).read(&field.ty, wire)?;
    let mut changed = Vec::new();
    for parameter in carried.parameters.iter().filter(|parameter| parameter.lends == Lends::Itself)
    {
        let (block, second) = match plans.get(parameter.plan).kind {
            Kind::Pointer { to, is_slot, .. } => {
                (plans.behind(to, is_slot, &mut from)?, null_mut())
            }
            Kind::Row { of, .. } => {
                let len = from.u32()? as usize;
                (plans.row(of, len, &mut from)?, without_provenance_mut(len))
            }
            _ => unreachable!("a reference or a slice"),
        };
        let words: [*mut u8; 2] = [block.start(), second];
        // SAFETY: a pointer or a slice, to what was just made.
        let wire = unsafe { Wire::new(words.as_ptr().cast()) };
        changed.push((parameter.name.clone(), Reader::new(layouts).read(&parameter.ty, wire)?));
    }
    from.end()?;
    let value = match tag {
        Some(tag) => json!({ tag: value }),
        None => value,
    };
    Ok(Received { value, changed, failed })
}

/// Calls a method without arguments, and does not ask for the outcome. An error says that
/// the object has gone, with its process or by its last call.
pub(crate) fn call_and_forget(peer: &dyn Peer, call: Outgoing<'_>) {
    let _ = with_buffer(|message| {
        message.resize(HEAD, 0);
        peer.call(call, message).map(drop)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::by_descriptor::described::interface_of;

    #[test]
    fn a_value_that_its_description_makes_too_large_is_an_error() {
        let signature = format!("fn fill(&self) -> Option<[u8; {}]>", usize::MAX >> 25);
        let interface = interface_of(&signature);
        let none = |_, message: &mut Vec<u8>| {
            *message = vec![0, 0];
            Ok::<_, DynamicError>(0)
        };
        let refused = |_| unreachable!("it was called");
        let error = call_elsewhere(&interface, "fill", &[], refused, none).map(drop).unwrap_err();
        assert!(error.to_string().contains("values of at most"), "{error}");
    }
}
