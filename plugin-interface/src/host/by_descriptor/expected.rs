//! A method that is answered with values: what its callers pass and expect.
#![expect(unsafe_code, reason = "writes to what a caller lends")]

use core::ffi::c_void;
use core::ptr;
use std::sync::Arc;

use serde_json::Value;

use super::error::DynamicError;
use super::memory::Block;
use super::pack::{Item, Packer};
use super::references::owned_behind;
use super::refusal::{Place, Refusal};
use super::release::{owns, release};
use super::supported::walk;
use super::wire::Wire;
use crate::abi::RawSlice;
use crate::metadata::layout::{Elements, Layout, LayoutKind, Layouts, Target};
use crate::metadata::signature::Type;
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// A method, with the layouts of what it takes and returns.
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) signature: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) outcome: Layout,
}

pub(super) struct Parameter {
    name: String,
    pub(super) ty: Type,
    pub(super) layout: Arc<Layout>,
}

impl Expected {
    /// Refuses a method that takes or returns what is no value.
    pub(super) fn new(
        interface: &InterfaceMetadata,
        metadata: &MethodMetadata,
    ) -> Result<Self, DynamicError> {
        let signature = metadata.signature.clone();
        let refused = |refusal: Refusal| refusal.of_method(&signature);
        let Some(method) = metadata.syntax() else {
            let ty = Type::Other(signature.clone());
            return Err(refused(Refusal::unsupported(&ty, "this is not a signature")));
        };
        let mut layouts = Layouts::for_target(interface, Target::NATIVE);
        returned(&mut layouts, &method.returns).map_err(refused)?;
        let mut parameters = Vec::new();
        for parameter in method.parameters {
            let layout = passed(&mut layouts, &parameter.ty).map_err(refused)?;
            parameters.push(Parameter { name: parameter.name, ty: parameter.ty, layout });
        }
        let outcome = layouts.outcome(&method.returns).map_err(|it| refused(it.into()))?;
        Ok(Expected { name: metadata.name.clone(), signature, parameters, outcome })
    }

    /// Returns the address of each argument.
    ///
    /// # Safety
    ///
    /// `arguments` has the address of each argument that has a size.
    pub(super) unsafe fn places(&self, mut arguments: *mut *mut c_void) -> Vec<*mut u8> {
        let place = |parameter: &Parameter| {
            if parameter.layout.size == 0 {
                return ptr::without_provenance_mut(parameter.layout.align);
            }
            // SAFETY: the contract of this function.
            let at = unsafe { *arguments };
            arguments = arguments.wrapping_add(1);
            at.cast::<u8>()
        };
        self.parameters.iter().map(place).collect()
    }

    /// Returns what is to be done to the `&mut` arguments.
    ///
    /// # Safety
    ///
    /// `at` has the address of each argument.
    pub(super) unsafe fn changes(
        &self,
        layouts: &mut Layouts<'_>,
        at: &[*mut u8],
        changed: &[(String, Value)],
    ) -> Result<Vec<Change>, Refusal> {
        let mut changes = Vec::new();
        for (parameter, at) in self.parameters.iter().zip(at) {
            let name = Place::Parameter(&parameter.name);
            let value = || {
                let value = changed.iter().find(|(place, _)| *place == parameter.name);
                let value = value.map(|(_, value)| value);
                value.ok_or_else(|| Refusal::of("its new value", &Value::Null, &name))
            };
            changes.extend(match &parameter.layout.kind {
                LayoutKind::Pointer { exclusive: true, to } => {
                    // SAFETY: the contract of this function: there is a reference.
                    let to_at = unsafe { *at.cast::<*mut u8>() };
                    let item = Item { ty: to, value: value()?, place: &name };
                    Some(Change::of(layouts, item, to_at)?)
                }
                LayoutKind::Slice { exclusive: true, of: Elements::Values(of) } => {
                    // SAFETY: the contract of this function: there is a slice.
                    let RawSlice { ptr, len } = unsafe { *at.cast::<RawSlice>() };
                    let value = value()?;
                    if value.as_array().is_none_or(|values| values.len() != len) {
                        return Err(Refusal::of(format!("{len} values"), value, &name));
                    }
                    let item = Item { ty: &parameter.ty, value, place: &name };
                    let elements = Elements::Values(of.clone());
                    let (mut block, _) = Packer::new(layouts).run(item, &elements)?;
                    let bytes = block.bytes().to_vec();
                    let to = ptr.cast::<u8>().cast_mut();
                    Some(Change { to, bytes, given: Vec::new(), old: None })
                }
                _ => None,
            });
        }
        Ok(changes)
    }
}

/// The new value of what a caller lends.
pub(super) struct Change {
    to: *mut u8,
    bytes: Vec<u8>,
    /// What is the caller's with it.
    given: Vec<Block>,
    /// The type of the value that is freed before.
    old: Option<Type>,
}

impl Change {
    fn of(layouts: &mut Layouts<'_>, item: Item<'_>, to: *mut u8) -> Result<Self, Refusal> {
        let layout = layouts.of(item.ty)?;
        let mut bytes = vec![0; layout.size];
        let mut packer = Packer::new(layouts);
        let old = match (owned_behind(true, item.ty), &layout.kind) {
            // It is taken out, and put back.
            (Some(_), LayoutKind::Option { value: part }) => {
                bytes[0] = 1;
                packer.field(part, item.value, &mut bytes, item.place)?;
                Some(item.ty.clone())
            }
            _ => {
                packer.pack(item, &mut bytes)?;
                None
            }
        };
        Ok(Change { to, bytes, given: packer.given, old })
    }

    /// Replaces the value.
    ///
    /// # Safety
    ///
    /// There is a value, which is lent exclusively.
    pub(super) unsafe fn make(self, layouts: &mut Layouts<'_>) {
        if let Some(old) = &self.old {
            // SAFETY: the contract of this function; it is overwritten below.
            release(layouts, old, unsafe { Wire::new(self.to) }, false);
        }
        self.given.into_iter().for_each(Block::give);
        // SAFETY: the contract of this function, and as many bytes as the value has.
        unsafe { ptr::copy_nonoverlapping(self.bytes.as_ptr(), self.to, self.bytes.len()) };
    }
}

/// Refuses a parameter that is no value, and returns its layout.
fn passed(layouts: &mut Layouts<'_>, ty: &Type) -> Result<Arc<Layout>, Refusal> {
    let layout = layouts.of(ty)?;
    let within = match &layout.kind {
        LayoutKind::Pointer { exclusive: true, to } => {
            if owned_behind(true, to).is_none() && owns(&*layouts.of(to)?) {
                return Err(Refusal::unsupported(ty, "this `&mut` cannot be given back"));
            }
            to
        }
        LayoutKind::Slice { exclusive: true, of: Elements::Values(of) } => {
            if owns(&*layouts.of(of)?) {
                return Err(Refusal::unsupported(ty, "this `&mut` cannot be given back"));
            }
            of
        }
        _ => ty,
    };
    walk(layouts, within, value)?;
    Ok(layout)
}

/// Refuses a return type that is no value, or that borrows what is freed.
fn returned(layouts: &mut Layouts<'_>, ty: &Type) -> Result<(), Refusal> {
    let mut borrowed = Vec::new();
    walk(layouts, ty, |ty, kind| {
        match kind {
            LayoutKind::Pointer { to, .. } => borrowed.push(to.clone()),
            LayoutKind::Slice { of: Elements::Values(of), .. } => borrowed.push(of.clone()),
            _ => {}
        }
        value(ty, kind)
    })?;
    for of in borrowed {
        walk(layouts, &of, |ty, kind| match kind {
            LayoutKind::Buffer(_) | LayoutKind::Box { .. } => {
                Err(Refusal::unsupported(ty, "it is owned, and returned by reference"))
            }
            _ => Ok(()),
        })?;
    }
    Ok(())
}

fn value(ty: &Type, kind: &LayoutKind) -> Result<(), Refusal> {
    let reason = match kind {
        LayoutKind::Object { .. } | LayoutKind::BorrowedObject { .. } => {
            "an object or a closure cannot go to another process"
        }
        LayoutKind::Pointer { exclusive: true, .. } | LayoutKind::Slice { exclusive: true, .. } => {
            "a `&mut` within another type cannot be given back"
        }
        _ => return Ok(()),
    };
    Err(Refusal::unsupported(ty, reason))
}
