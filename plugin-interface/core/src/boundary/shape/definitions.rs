//! The list of all definitions to which a signature refers.

use crate::boundary::shape::Shape;
use crate::boundary::shape::definition::{Body, Definition, Fields};
use crate::metadata::Interfaces;

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
    pub(crate) interfaces: Interfaces,
}

impl Definitions {
    pub(crate) const fn new() -> Self {
        Definitions { found: [None; LIMIT], len: 0, done: 0, interfaces: Interfaces::new() }
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

    /// Adds the definitions and interfaces that a shape names.
    pub(crate) const fn add(&mut self, shape: &Shape) {
        let parts: &[&Shape] = match shape {
            Shape::Unit | Shape::Named(_) | Shape::Parameter(_) => &[],
            Shape::Apply(_, parts) | Shape::Tuple(parts) => parts,
            Shape::Ref(part) | Shape::RefMut(part) | Shape::Slice(part) | Shape::Array(part, _) => {
                &[*part]
            }
            Shape::Bound(_, part) | Shape::Marked(part, _) => &[*part],
            Shape::Object(_, link) => {
                self.interfaces.add(*link);
                &[]
            }
            Shape::Function(_, parts, returns) => {
                self.add(returns);
                parts
            }
            Shape::Defined(_, parts, link) => {
                self.insert(link.get());
                parts
            }
        };
        let mut i = 0;
        while i < parts.len() {
            self.add(parts[i]);
            i += 1;
        }
    }

    /// Adds those that the definitions themselves name, until none is new.
    pub(crate) const fn complete(&mut self) {
        while self.done < self.len {
            match &self.get(self.done).body {
                Body::Struct(fields) => self.add_fields(fields),
                Body::Enum(variants) => {
                    let mut i = 0;
                    while i < variants.len() {
                        self.add_fields(&variants[i].1);
                        i += 1;
                    }
                }
            }
            self.done += 1;
        }
    }

    const fn add_fields(&mut self, fields: &Fields) {
        let mut i = 0;
        while let Some((_, shape)) = fields.get(i) {
            self.add(shape);
            i += 1;
        }
    }

    /// Adds a definition, unless the list has one with the same text.
    const fn insert(&mut self, definition: &'static Definition) {
        let mut i = 0;
        while i < self.len {
            if self.get(i).fingerprint() == definition.fingerprint() {
                return;
            }
            i += 1;
        }
        assert!(self.len < LIMIT, "an interface names at most 256 structs and enums");
        self.found[self.len] = Some(definition);
        self.len += 1;
    }
}
