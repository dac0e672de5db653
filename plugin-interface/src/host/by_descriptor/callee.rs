//! A method of which the descriptor is known, and its arguments.

use serde_json::Value;

use super::error::DynamicError;
use super::invoke::LARGEST;
use super::memory::Block;
use super::pack::{Item, Packer};
use super::refusal::{Place, Refusal};
use super::supported::{self, Objects};
use crate::metadata::layout::{Layouts, Target};
use crate::metadata::signature::{Method, Type};
use crate::metadata::{InterfaceMetadata, MethodMetadata, as_written};

/// A method of an interface.
pub(super) struct Callee<'i> {
    pub(super) interface: &'i InterfaceMetadata,
    /// Its place in the interface.
    pub(super) index: usize,
    metadata: &'i MethodMetadata,
    pub(super) method: Method,
}

impl<'i> Callee<'i> {
    pub(super) fn new(interface: &'i InterfaceMetadata, name: &str) -> Result<Self, DynamicError> {
        let methods = &interface.methods;
        if methods.is_empty() {
            return Err(DynamicError::NotDescribed { interface: interface.path.clone() });
        }
        let Some(index) = methods.iter().position(|method| method.name == name) else {
            return Err(DynamicError::NoMethod {
                interface: interface.path.clone(),
                method: name.to_owned(),
                methods: methods.iter().map(|method| method.name.clone()).collect(),
            });
        };
        let metadata = &methods[index];
        let method = metadata.syntax().ok_or_else(|| {
            let ty = Type::Other(metadata.signature.clone());
            Refusal::unsupported(&ty, "this is not a signature").of_method(&metadata.signature)
        })?;
        Refusal::of_consuming(&method).map_err(|it| it.of_method(&metadata.signature))?;
        Ok(Callee { interface, index, metadata, method })
    }

    pub(super) fn signature(&self) -> String {
        as_written(&self.metadata.signature)
    }

    pub(super) fn layouts(&self) -> Layouts<'i> {
        Layouts::for_target(self.interface, Target::NATIVE)
    }

    pub(super) fn refused(&self, refusal: impl Into<Refusal>) -> DynamicError {
        refusal.into().of_method(&self.metadata.signature)
    }

    /// Refuses a method that cannot be called so, or with as many arguments.
    pub(super) fn supported(
        &self,
        layouts: &mut Layouts<'_>,
        found: usize,
    ) -> Result<Objects, DynamicError> {
        let expected = self.method.parameters.len();
        if expected != found {
            return Err(DynamicError::Arity { signature: self.signature(), expected, found });
        }
        supported::check(layouts, self.interface, self.metadata, &self.method)
            .map_err(|refusal| self.refused(refusal))
    }

    /// Writes the arguments, each to memory of its own.
    pub(super) fn pack(
        &self,
        packer: &mut Packer<'_, '_>,
        arguments: &[Value],
    ) -> Result<Vec<Block>, DynamicError> {
        let (mut packed, mut size) = (Vec::new(), 0);
        for (parameter, value) in self.method.parameters.iter().zip(arguments) {
            let place = Place::Parameter(&parameter.name);
            let argument = packer.layouts.of(&parameter.ty).map_err(Refusal::from);
            let argument = argument.and_then(|layout| {
                size += layout.size;
                let possible = Some(layout.size).filter(|_| size <= LARGEST);
                let block = possible.and_then(|size| Block::new(size, layout.align));
                let mut block = block.ok_or_else(|| {
                    let reason = "the arguments have too many bytes by value";
                    Refusal::unsupported(&parameter.ty, reason)
                })?;
                let item = Item { ty: &parameter.ty, value, place: &place };
                packer.pack(item, block.bytes())?;
                Ok(block)
            });
            packed.push(argument.map_err(|refusal| self.refused(refusal))?);
        }
        Ok(packed)
    }
}

/// Reports what a call of a method with these arguments would report before
/// anything is called. No library is needed, only its metadata.
///
/// Feature `dynamic`.
///
/// # Errors
///
/// As for [`DynamicProxy::call`](super::DynamicProxy::call), without those of the
/// call itself.
pub fn check_call(
    interface: &InterfaceMetadata,
    method: &str,
    arguments: &[Value],
) -> Result<(), DynamicError> {
    let callee = Callee::new(interface, method)?;
    let mut layouts = callee.layouts();
    callee.supported(&mut layouts, arguments.len())?;
    callee.pack(&mut Packer::new(&mut layouts), arguments).map(drop)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::host::by_descriptor::described::interface_of;

    #[test]
    fn a_description_may_ask_for_more_memory_than_there_is() {
        const MOST: usize = 1 << if usize::BITS > 32 { 40 } else { 30 };
        let all = format!("[u8; {MOST}]");
        for ty in [&all, &format!("Box<{all}>"), &format!("&{all}"), &format!("Vec<{all}>")] {
            let interface = interface_of(&format!("fn fill(&self, with: {ty})"));
            let refused = check_call(&interface, "fill", &[json!([[1], [2]])]).unwrap_err();
            assert!(refused.to_string().contains("with"), "{refused}");
        }
    }
}
