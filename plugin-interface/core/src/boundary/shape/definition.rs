//! Types that their authors defined: structs and enums, which may refer to
//! themselves and to each other.
//!
//! A [`Shape`] names such a type by its path and links to its definition, a
//! static. A constant cannot contain itself, but a static may lie anywhere in
//! what it leads to; [`Definitions`] is the list of all that a signature needs.
#![expect(unsafe_code, reason = "the compiler looks into every reference of a constant")]

use crate::boundary::Shape;
use crate::boundary::shape::{Naming, last_name};
use crate::boundary::via::converts_via;
use crate::metadata::Interfaces;
use crate::metadata::encode::Writer;

/// A struct or an enum.
#[doc(hidden)]
#[derive(Debug)]
pub struct Definition {
    path: &'static str,
    /// What its author calls its parameters.
    parameters: &'static [&'static str],
    body: Body,
    /// Identifies path, kind, names and types, but not what these types are.
    fingerprint: u64,
}

/// What a type consists of.
#[doc(hidden)]
#[derive(Debug)]
pub enum Body {
    Struct(Fields),
    Enum(&'static [(&'static str, Fields)]),
}

/// What a struct or a variant consists of, in order.
#[doc(hidden)]
#[derive(Debug)]
pub enum Fields {
    Unit,
    Tuple(&'static [&'static Shape]),
    Named(&'static [(&'static str, &'static Shape)]),
}

impl Definition {
    /// The definition of the type at `path`.
    pub const fn new(path: &'static str, parameters: &'static [&'static str], body: Body) -> Self {
        let mut definition = Definition { path, parameters, body, fingerprint: 0 };
        let mut out = Writer::hashing();
        definition.write(&mut out, Naming::Full);
        definition.fingerprint = out.hash();
        definition
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    pub(crate) const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Writes the definition for a reader.
    pub(crate) const fn write_text<const N: usize>(&self, out: &mut Writer<N>) {
        self.write(out, Naming::Short(self.parameters));
    }

    /// Writes the definition as Rust would.
    const fn write<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        out.text(match self.body {
            Body::Struct(_) => "struct ",
            Body::Enum(_) => "enum ",
        });
        out.text(match naming {
            Naming::Full => self.path,
            Naming::Short(_) => last_name(self.path),
        });
        let mut i = 0;
        while i < self.parameters.len() {
            out.text(if i == 0 { "<" } else { ", " });
            Shape::Parameter(i).write(out, naming);
            i += 1;
        }
        out.text(if i > 0 { ">" } else { "" });
        match &self.body {
            Body::Struct(fields) => fields.write(out, naming),
            Body::Enum(variants) => {
                out.text(" {");
                let mut i = 0;
                while i < variants.len() {
                    out.text(if i == 0 { " " } else { ", " });
                    out.text(variants[i].0);
                    variants[i].1.write(out, naming);
                    i += 1;
                }
                out.text(" }");
            }
        }
    }
}

impl Fields {
    const fn write<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        let named = matches!(self, Fields::Named(_));
        let mut i = 0;
        while let Some((name, shape)) = self.get(i) {
            out.text(match (i, named) {
                (0, true) => " { ",
                (0, false) => "(",
                _ => ", ",
            });
            if named {
                out.text(name);
                out.text(": ");
            }
            shape.write(out, naming);
            i += 1;
        }
        out.text(match (i, self) {
            (_, Fields::Unit) => "",
            (0, Fields::Tuple(_)) => "()",
            (0, Fields::Named(_)) => " {}",
            (_, Fields::Tuple(_)) => ")",
            (_, Fields::Named(_)) => " }",
        });
    }

    /// The field of that number; its name is empty where it has none.
    const fn get(&self, i: usize) -> Option<(&'static str, &'static Shape)> {
        match self {
            Fields::Tuple(shapes) if i < shapes.len() => Some(("", shapes[i])),
            Fields::Named(fields) if i < fields.len() => Some(fields[i]),
            _ => None,
        }
    }
}

/// A reference to a definition that the compiler does not follow where it
/// checks a constant: the definition may be what it is computing just then.
#[doc(hidden)]
#[derive(Debug)]
pub struct Link<T: 'static>(*const T);

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Link<T> {}

impl<T> Link<T> {
    pub(crate) const fn to(definition: &'static T) -> Self {
        Link(definition)
    }

    pub(crate) const fn get(self) -> &'static T {
        // SAFETY: made of a reference that is valid for ever.
        unsafe { &*self.0 }
    }
}

// SAFETY: a shared reference to a type that is `Sync`.
unsafe impl<T: Sync> Send for Link<T> {}
// SAFETY: likewise.
unsafe impl<T: Sync> Sync for Link<T> {}

/// At most so many types of authors in one interface.
const LIMIT: usize = 256;

/// All definitions that some shapes lead to, each once, in the order in which
/// they are met: first those of the shapes, then those of the first
/// definition's fields, and so on. And the interfaces of the objects among them,
/// which are not looked into: an object says itself what it is.
pub(crate) struct Definitions {
    found: [Option<&'static Definition>; LIMIT],
    len: usize,
    /// Those before have been looked into.
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

    /// Adds what a shape names.
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

    /// Adds what the definitions themselves name, until nothing is new.
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

    /// Two definitions that read the same are one.
    const fn insert(&mut self, definition: &'static Definition) {
        let mut i = 0;
        while i < self.len {
            if self.get(i).fingerprint == definition.fingerprint {
                return;
            }
            i += 1;
        }
        assert!(self.len < LIMIT, "an interface names at most 256 structs and enums");
        self.found[self.len] = Some(definition);
        self.len += 1;
    }
}

/// Stands for a parameter of a generic type, where its definition is made.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parameter<const NUMBER: usize>;

converts_via! {
    impl [const NUMBER: usize] Parameter<NUMBER>,
    via: (), at 'a: Parameter<NUMBER>,
    shape: Shape::Parameter(NUMBER),
    lower: _ => (),
    lift: () => Ok(Parameter),
}
