//! Types that their authors defined: structs and enums, which may refer to
//! themselves and to each other.
//!
//! A [`Shape`] names such a type by its path and links to its definition, a
//! static. A constant cannot contain itself, but a static may lie anywhere in
//! what it leads to.

use crate::boundary::Shape;
use crate::boundary::shape::{Naming, last_name};
use crate::metadata::Writer;

/// A struct or an enum.
#[doc(hidden)]
#[derive(Debug)]
pub struct Definition {
    path: &'static str,
    /// What its author calls its parameters.
    parameters: &'static [&'static str],
    pub(super) body: Body,
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
    pub(super) const fn get(&self, i: usize) -> Option<(&'static str, &'static Shape)> {
        match self {
            Fields::Tuple(shapes) if i < shapes.len() => Some(("", shapes[i])),
            Fields::Named(fields) if i < fields.len() => Some(fields[i]),
            _ => None,
        }
    }
}
