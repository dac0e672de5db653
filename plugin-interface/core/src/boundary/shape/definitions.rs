//! The list of all definitions to which a signature refers.

use crate::boundary::shape::Shape;
use crate::boundary::shape::definition::{Body, Definition, Fields};
use crate::metadata::{Interfaces, OBJECT, Writer};

/// The maximum number of structs and enums in one interface.
const LIMIT: usize = 256;

/// All definitions to which some shapes refer, each once, in the order in which
/// they are found.
///
/// First come those of the shapes, then those of the first definition's fields,
/// and so on. The interfaces of objects are collected too, but not followed:
/// each has a record of its own.
pub(crate) struct Definitions {
    found: [Option<&'static Definition>; LIMIT],
    len: usize,
    /// The number of definitions whose fields were added.
    done: usize,
    /// Only the first version of what grows is followed.
    is_first: bool,
    pub(crate) interfaces: Interfaces,
}

impl Definitions {
    pub(crate) const fn new() -> Self {
        let interfaces = Interfaces::new();
        Definitions { found: [None; LIMIT], len: 0, done: 0, is_first: false, interfaces }
    }

    /// Creates the list for a fingerprint: that of a method does not change if a
    /// struct or an enum grows to which it refers.
    pub(crate) const fn of_first_version() -> Self {
        Definitions { is_first: true, ..Definitions::new() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn get(&self, i: usize) -> &'static Definition {
        match self.found[i] {
            Some(definition) => definition,
            None => panic!("a definition within the length"),
        }
    }

    /// Returns the number of those that grow.
    pub(crate) const fn growing(&self) -> usize {
        let (mut count, mut i) = (0, 0);
        while i < self.len {
            count += self.get(i).body.grows() as usize;
            i += 1;
        }
        count
    }

    /// Adds the definitions and interfaces that a shape names. Writes the number
    /// of each, in the order of the names.
    pub(crate) const fn add<const N: usize>(&mut self, shape: &Shape, out: &mut Writer<N>) {
        let parts: &[&Shape] = match shape {
            Shape::Unit | Shape::Named(_) | Shape::Parameter(_) => &[],
            Shape::Apply(_, parts) | Shape::Tuple(parts) | Shape::Function(_, parts, _) => parts,
            Shape::Ref(part) | Shape::RefMut(part) | Shape::Slice(part) | Shape::Array(part, _) => {
                &[*part]
            }
            Shape::Bound(_, part) | Shape::Marked(part, _) => &[*part],
            Shape::Object(_, link) => {
                out.u16(OBJECT | self.interfaces.add(*link) as u16);
                &[]
            }
            Shape::Defined(_, parts, link) => {
                out.u16(self.insert(link.get()) as u16);
                parts
            }
        };
        let mut i = 0;
        while i < parts.len() {
            self.add(parts[i], out);
            i += 1;
        }
        if let Shape::Function(_, _, returns) = shape {
            self.add(returns, out);
        }
    }

    /// Adds those that the definitions themselves name, until none is new.
    /// Writes the fingerprint of each, and the numbers of what it names.
    pub(crate) const fn complete<const N: usize>(&mut self, out: &mut Writer<N>) {
        while self.done < self.len {
            let definition = self.get(self.done);
            out.u128(definition.fingerprint());
            self.add_parts(definition, out);
            self.done += 1;
        }
    }

    /// Adds what a definition names, and writes the numbers.
    pub(crate) const fn add_parts<const N: usize>(
        &mut self,
        definition: &Definition,
        out: &mut Writer<N>,
    ) {
        match &definition.body {
            Body::Struct(fields) => self.add_fields(fields, fields.len(), out),
            Body::Growing(fields, later) => {
                let unknown = if self.is_first { later.len() } else { 0 };
                self.add_fields(fields, fields.len() - unknown, out);
            }
            Body::Enum(variants) => self.add_variants(variants, variants.len(), out),
            Body::GrowingEnum(variants, later) => {
                let unknown = if self.is_first { later.len() } else { 0 };
                self.add_variants(variants, variants.len() - unknown, out);
            }
        }
    }

    /// Adds the fields of the first `len` variants.
    const fn add_variants<const N: usize>(
        &mut self,
        variants: &[(&str, Fields)],
        len: usize,
        out: &mut Writer<N>,
    ) {
        let mut i = 0;
        while i < len {
            self.add_all(&variants[i].1, out);
            i += 1;
        }
    }

    /// Adds all fields.
    pub(crate) const fn add_all<const N: usize>(&mut self, fields: &Fields, out: &mut Writer<N>) {
        self.add_fields(fields, fields.len(), out);
    }

    /// Adds the first `len` fields.
    const fn add_fields<const N: usize>(
        &mut self,
        fields: &Fields,
        len: usize,
        out: &mut Writer<N>,
    ) {
        let mut i = 0;
        while i < len {
            if let Some((_, shape)) = fields.get(i) {
                self.add(shape, out);
            }
            i += 1;
        }
    }

    /// Adds a definition, unless the list has it. Returns its number.
    pub(super) const fn insert(&mut self, definition: &'static Definition) -> usize {
        let mut i = 0;
        while i < self.len {
            if self.get(i).is(definition) {
                return i;
            }
            i += 1;
        }
        assert!(self.len < LIMIT, "an interface names at most 256 structs and enums");
        self.found[self.len] = Some(definition);
        self.len += 1;
        i
    }
}
