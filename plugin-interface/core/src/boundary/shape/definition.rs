//! The definitions of derived structs and enums, which may refer to themselves
//! and to each other.
//!
//! A [`Shape`] names such a type by its path, and links to its definition, a
//! static. A constant cannot contain itself, but it can refer to a static that
//! refers back.

use crate::boundary::Shape;
use crate::boundary::shape::source::Source;
use crate::boundary::shape::{Naming, last_name};
use crate::metadata::Writer;

/// A struct or an enum.
#[doc(hidden)]
#[derive(Debug)]
pub struct Definition {
    path: &'static str,
    source: Source,
    /// The names of its parameters.
    parameters: &'static [&'static str],
    pub(crate) body: Body,
    /// The hash of path, kind, names and the names of types, but not of the
    /// definitions of these types. Of a struct that grows, it is that of the first
    /// version.
    fingerprint: u128,
}

/// The body of a type.
#[doc(hidden)]
#[derive(Debug)]
pub enum Body {
    Struct(Fields),
    /// A struct that grows, and the version that added each of the last fields.
    Growing(Fields, &'static [&'static str]),
    Enum(&'static [(&'static str, Fields)]),
}

/// The fields of a struct or a variant, in order.
#[doc(hidden)]
#[derive(Debug)]
pub enum Fields {
    Unit,
    Tuple(&'static [&'static Shape]),
    Named(&'static [(&'static str, &'static Shape)]),
}

impl Definition {
    /// Creates the definition of the type at `path`.
    pub const fn new(path: &'static str, parameters: &'static [&'static str], body: Body) -> Self {
        let source = Source::UNKNOWN;
        let mut definition = Definition { path, source, parameters, body, fingerprint: 0 };
        let mut out = Writer::hashing();
        definition.write(&mut out, Naming::Full);
        definition.fingerprint = out.hash();
        definition
    }

    /// Returns the definition with its place.
    pub const fn at(self, source: Source) -> Self {
        Definition { source, ..self }
    }

    /// Returns `true` if both are one definition. Two of one text may have
    /// fields of different types.
    pub(super) const fn is(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.source.is(&other.source)
    }

    /// Returns the version of the crate that it is from, or an empty text.
    pub(crate) const fn version(&self) -> &'static str {
        self.source.version()
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    pub(crate) const fn fingerprint(&self) -> u128 {
        self.fingerprint
    }

    /// Writes the definition for readers.
    pub(crate) const fn write_text<const N: usize>(&self, out: &mut Writer<N>) {
        self.write(out, Naming::Short(self.parameters));
    }

    /// Writes the definition in Rust syntax.
    const fn write<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        out.text(match self.body {
            Body::Struct(_) => "struct ",
            Body::Growing(..) => "growing struct ",
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
            Body::Struct(fields) => fields.write(out, naming, fields.len(), &[]),
            Body::Growing(fields, later) => {
                let len = match naming {
                    Naming::Full => fields.len() - later.len(),
                    Naming::Short(_) => fields.len(),
                };
                fields.write(out, naming, len, later);
            }
            Body::Enum(variants) => {
                out.text(" {");
                let mut i = 0;
                while i < variants.len() {
                    out.text(if i == 0 { " " } else { ", " });
                    out.text(variants[i].0);
                    let fields = &variants[i].1;
                    fields.write(out, naming, fields.len(), &[]);
                    i += 1;
                }
                out.text(" }");
            }
        }
    }
}

/// A field that a later version added.
#[derive(Clone, Copy)]
pub(crate) struct LaterField {
    pub(crate) name: &'static str,
    pub(crate) shape: &'static Shape,
    pub(crate) since: &'static str,
}

impl Body {
    /// Returns the later field of that number.
    pub(crate) const fn later(&self, i: usize) -> Option<LaterField> {
        match self {
            Body::Growing(fields, later) if i < later.len() => {
                match fields.get(fields.len() - later.len() + i) {
                    Some((name, shape)) => Some(LaterField { name, shape, since: later[i] }),
                    None => None,
                }
            }
            _ => None,
        }
    }

    /// Returns `true` for a type that grows.
    pub(crate) const fn grows(&self) -> bool {
        matches!(self, Body::Growing(..))
    }

    /// Returns the type of the field of that number, in all variants.
    pub(super) const fn get(&self, i: usize) -> Option<&'static Shape> {
        match self {
            Body::Struct(fields) | Body::Growing(fields, _) => fields.shape(i),
            Body::Enum(variants) => {
                let (mut variant, mut at) = (0, i);
                while variant < variants.len() {
                    let fields = &variants[variant].1;
                    if at < fields.len() {
                        return fields.shape(at);
                    }
                    at -= fields.len();
                    variant += 1;
                }
                None
            }
        }
    }
}

impl Fields {
    pub(super) const fn len(&self) -> usize {
        match self {
            Fields::Unit => 0,
            Fields::Tuple(shapes) => shapes.len(),
            Fields::Named(fields) => fields.len(),
        }
    }

    const fn shape(&self, i: usize) -> Option<&'static Shape> {
        match self.get(i) {
            Some((_, shape)) => Some(shape),
            None => None,
        }
    }

    /// Writes the first `len` fields. The last ones were added by the versions in
    /// `later`.
    const fn write<const N: usize>(
        &self,
        out: &mut Writer<N>,
        naming: Naming,
        len: usize,
        later: &[&str],
    ) {
        let named = matches!(self, Fields::Named(_));
        let first = self.len() - later.len();
        let mut i = 0;
        while i < len {
            let Some((name, shape)) = self.get(i) else { break };
            out.text(match (i, named) {
                (0, true) => " { ",
                (0, false) => "(",
                _ => ", ",
            });
            if i >= first {
                out.text("#[since(\"");
                out.text(later[i - first]);
                out.text("\")] ");
            }
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

    /// Returns the field of that number. The name of a tuple field is empty.
    pub(super) const fn get(&self, i: usize) -> Option<(&'static str, &'static Shape)> {
        match self {
            Fields::Tuple(shapes) if i < shapes.len() => Some(("", shapes[i])),
            Fields::Named(fields) if i < fields.len() => Some(fields[i]),
            _ => None,
        }
    }
}
