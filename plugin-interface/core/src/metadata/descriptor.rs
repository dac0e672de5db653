//! Signatures and fingerprints of an interface, computed at compile time.

use crate::boundary::{Definitions, LaterPart, LaterTypes, Naming, Shape};
use crate::metadata::description::{
    InterfaceDescription, MethodDescription, ParameterDescription, Receiver,
};
use crate::metadata::objects::Interfaces;
use crate::metadata::writer::Writer;

impl MethodDescription {
    /// Writes the signature. Parameter names are for readers; a signature that
    /// identifies the method has none.
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
            Receiver::Owned => "(self: Box<Self>",
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
        self.write_lifetimes(out, naming);
    }

    /// Writes the lifetimes that the types do not show, if there are any. A
    /// parameter that one side lends must not be kept by the other.
    const fn write_lifetimes<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        let (mut separator, mut i) = (" where ", 0);
        while i <= self.parameters.len() {
            let is_return = i == self.parameters.len();
            let lifetimes = if is_return {
                unseen(self.is_lent, self.lifetimes, self.returns)
            } else {
                let ParameterDescription { is_lent, lifetimes, shape, .. } = self.parameters[i];
                unseen(is_lent, lifetimes, shape)
            };
            if !lifetimes.is_empty() {
                out.text(separator);
                match naming {
                    _ if is_return => out.text("return"),
                    Naming::Short(_) => out.text(self.parameters[i].name),
                    Naming::Full => out.number(i),
                }
                out.text(": ");
                out.text(lifetimes);
                separator = ", ";
            }
            i += 1;
        }
    }

    /// Hashes name and types, but no names of parameters.
    pub(crate) const fn hash(&self) -> u128 {
        let mut out = Writer::hashing();
        self.write_signature(&mut out, Naming::Full);
        out.text("\n");
        let mut types = Definitions::of_first_version();
        self.add_types(&mut types, &mut out);
        types.complete(&mut out);
        out.hash()
    }

    /// Adds what the signature names, and writes the numbers.
    pub(super) const fn add_types<const N: usize>(
        &self,
        types: &mut Definitions,
        out: &mut Writer<N>,
    ) {
        let mut i = 0;
        while i < self.parameters.len() {
            types.add(self.parameters[i].shape, out);
            i += 1;
        }
        types.add(self.returns, out);
    }
}

/// Returns the hashes of methods.
pub(crate) const fn method_hashes<const N: usize>(methods: &[MethodDescription]) -> [u128; N] {
    let (mut hashes, mut i) = ([0; N], 0);
    while i < N {
        hashes[i] = methods[i].hash();
        i += 1;
    }
    hashes
}

impl LaterPart {
    /// Hashes name and types, as the hash of a method does.
    pub(super) const fn hash(&self) -> u128 {
        let mut out = Writer::hashing();
        out.text(self.name);
        let mut types = Definitions::of_first_version();
        match self.types {
            LaterTypes::Field(shape) => {
                out.text(": ");
                shape.write(&mut out, Naming::Full);
                out.text("\n");
                types.add(shape, &mut out);
            }
            LaterTypes::Variant(fields) => {
                fields.write_all(&mut out, Naming::Full);
                out.text("\n");
                types.add_all(fields, &mut out);
            }
        }
        types.complete(&mut out);
        out.hash()
    }
}

/// Returns the lifetimes that a signature must tell: a `&` needs no words.
const fn unseen(is_lent: bool, lifetimes: &'static str, shape: &Shape) -> &'static str {
    if lifetimes.is_empty() && is_lent && !shape.shows_borrow() { "'_" } else { lifetimes }
}

impl InterfaceDescription {
    /// Returns the structs and enums that its methods refer to.
    pub(crate) const fn types(&self) -> Definitions {
        let (mut types, mut unused) = (Definitions::new(), Writer::<0>::new());
        let mut i = 0;
        while i < self.methods.len() {
            self.methods[i].add_types(&mut types, &mut unused);
            i += 1;
        }
        types.complete(&mut unused);
        types
    }

    /// Writes the first part of its fingerprint.
    pub(crate) const fn write_markers(&self, out: &mut Writer<0>) {
        out.text(if self.send { "Send\n" } else { "" });
        out.text(if self.sync { "Sync\n" } else { "" });
    }
}

/// Returns the interfaces whose objects the methods of `first` take or return,
/// and those of these interfaces in turn.
pub(super) const fn objects_of(first: &InterfaceDescription) -> Interfaces {
    let mut all = first.types().interfaces;
    let mut i = 0;
    while i < all.len() {
        let next = all.get(i).types().interfaces;
        all.add_all(&next);
        i += 1;
    }
    all
}
