//! The descriptor of an interface, built at compile time from its types.

use crate::boundary::{Definitions, Naming, Shape};
use crate::metadata::encode::Writer;

/// How a method takes `self`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
}

/// One parameter of a method.
#[doc(hidden)]
#[derive(Debug)]
pub struct ParameterDescription {
    pub name: &'static str,
    pub shape: &'static Shape,
}

/// One method of an interface.
#[doc(hidden)]
#[derive(Debug)]
pub struct MethodDescription {
    pub name: &'static str,
    /// The version of the interface that it came with; empty for the first one.
    pub since: &'static str,
    pub receiver: Receiver,
    pub parameters: &'static [ParameterDescription],
    pub returns: &'static Shape,
}

/// An interface: the source of its fingerprint, its metadata record and of
/// every message about a mismatch.
#[doc(hidden)]
#[derive(Debug)]
pub struct InterfaceDescription {
    /// The full path, `crate::module::Trait`: the identity of the interface.
    pub path: &'static str,
    pub version: &'static str,
    /// Whether instances may go to another thread, and whether several threads
    /// may call one: what an implementation had to prove, and a host relies on.
    pub send: bool,
    pub sync: bool,
    pub methods: &'static [MethodDescription],
}

impl MethodDescription {
    /// Writes the signature: with parameter names for a reader, without them
    /// where it identifies the method.
    pub(crate) const fn write_signature<const N: usize>(
        &self,
        out: &mut Writer<N>,
        naming: Naming,
    ) {
        out.text("fn ");
        out.text(self.name);
        out.text(match self.receiver {
            Receiver::Ref => "(&self",
            Receiver::RefMut => "(&mut self",
        });
        let mut i = 0;
        while i < self.parameters.len() {
            out.text(", ");
            if matches!(naming, Naming::Short(_)) {
                out.text(self.parameters[i].name);
                out.text(": ");
            }
            self.parameters[i].shape.write(out, naming);
            i += 1;
        }
        out.text(")");
        if !matches!(self.returns, Shape::Unit) {
            out.text(" -> ");
            self.returns.write(out, naming);
        }
    }

    /// Identifies name and types, whatever the parameters are called; what was
    /// hashed `before` goes on with the signature.
    pub(crate) const fn hash(&self, before: &mut Writer<0>) -> u64 {
        before.begin();
        self.write_signature(before, Naming::Full);
        let mut out = before.part();
        let mut types = Definitions::new();
        self.add_types(&mut types);
        types.complete();
        let mut i = 0;
        while i < types.len() {
            out.u64(types.get(i).fingerprint());
            i += 1;
        }
        out.hash()
    }

    const fn add_types(&self, types: &mut Definitions) {
        let mut i = 0;
        while i < self.parameters.len() {
            types.add(self.parameters[i].shape);
            i += 1;
        }
        types.add(self.returns);
    }
}

impl InterfaceDescription {
    /// The structs and enums that its methods lead to.
    pub(crate) const fn types(&self) -> Definitions {
        let mut types = Definitions::new();
        let mut i = 0;
        while i < self.methods.len() {
            self.methods[i].add_types(&mut types);
            i += 1;
        }
        types.complete();
        types
    }

    /// What its fingerprint begins with.
    pub(crate) const fn write_markers(&self, out: &mut Writer<0>) {
        out.text(if self.send { "Send\n" } else { "" });
        out.text(if self.sync { "Sync\n" } else { "" });
    }

    /// Whether two proxies of one instance can do no harm: no method takes
    /// `&mut self`, and what may go to another thread may be called by several.
    pub const fn is_shareable(&self) -> bool {
        if self.send && !self.sync {
            return false;
        }
        let mut i = 0;
        while i < self.methods.len() {
            if matches!(self.methods[i].receiver, Receiver::RefMut) {
                return false;
            }
            i += 1;
        }
        true
    }
}
