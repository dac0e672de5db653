//! The definitions of derived structs and enums, which may refer to themselves
//! and to each other.
//!
//! A [`Shape`] names such a type by its path, and links to its definition, a
//! static. A constant cannot contain itself, but it can refer to a static that
//! refers back.

use crate::boundary::Shape;
use crate::boundary::shape::source::Source;
use crate::boundary::shape::{Naming, last_name};
use crate::metadata::{Writer, is_same};

/// A struct or an enum.
#[doc(hidden)]
#[derive(Debug)]
pub struct Definition {
    path: &'static str,
    source: Source,
    /// The names of its parameters.
    parameters: &'static [&'static str],
    pub(crate) body: Body,
    /// The lifetimes of fields that their types do not show. One side must not keep
    /// what the other lends.
    lending: &'static str,
    /// It has several lifetimes.
    has_several: bool,
    /// The hash of path, kind, names and the names of types, but not of the definitions
    /// of these types. Of a struct that grows, it is that of the first version.
    of_fields: u128,
}

/// The body of a type.
#[doc(hidden)]
#[derive(Debug)]
pub enum Body {
    Struct(Fields),
    /// A struct that grows, and the version that added each of the last fields.
    Growing(Fields, &'static [&'static str]),
    /// An enum that grows, and the version that added each of the last variants.
    GrowingEnum(&'static [(&'static str, Fields)], &'static [&'static str]),
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
        let (source, lending, has_several, of_fields) = (Source::UNKNOWN, "", false, 0);
        Definition { path, source, parameters, body, lending, has_several, of_fields }.hashed()
    }

    /// Returns the definition with the lifetimes of its fields. Those of a type with
    /// one lifetime count only if it owns an object: its receiver could keep that.
    pub const fn lending(self, lending: &'static str, has_several: bool) -> Self {
        Definition { lending, has_several, ..self }
    }

    const fn hashed(mut self) -> Self {
        let mut out = Writer::hashing();
        self.write(&mut out, Naming::Full);
        self.of_fields = out.hash();
        self
    }

    /// Returns the definition with its place.
    pub const fn at(self, source: Source) -> Self {
        Definition { source, ..self }
    }

    /// Returns `true` if both are one definition. Two of one text may have
    /// fields of different types.
    pub(super) const fn is(&self, other: &Self) -> bool {
        self.of_fields == other.of_fields
            && is_same(self.lending, other.lending)
            && self.source.is(&other.source)
    }

    /// Returns the version of the crate that it is from, or an empty text.
    pub(crate) const fn version(&self) -> &'static str {
        self.source.version()
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the fingerprint of path, fields and lifetimes.
    ///
    /// It looks at other definitions, so that no definition can have it in itself: some
    /// refer to themselves.
    pub(crate) const fn fingerprint(&self) -> u128 {
        let lending = self.told();
        if lending.is_empty() {
            return self.of_fields;
        }
        let mut out = Writer::hashing();
        self.write(&mut out, Naming::Full);
        write_lending(lending, &mut out);
        out.hash()
    }

    /// Returns the lifetimes that count. What a type gets later does not change them.
    const fn told(&self) -> &'static str {
        let count = self.lending.is_empty()
            || self.has_several
            || self.body.grows()
            || self.body.owns_objects();
        if count { self.lending } else { "" }
    }

    /// Writes the definition for readers.
    pub(crate) const fn write_text<const N: usize>(&self, out: &mut Writer<N>) {
        self.write(out, Naming::Short(self.parameters));
        write_lending(self.told(), out);
    }

    /// Writes the definition in Rust syntax.
    const fn write<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        out.text(match self.body {
            Body::Struct(_) => "struct ",
            Body::Growing(..) => "growing struct ",
            Body::Enum(_) => "enum ",
            Body::GrowingEnum(..) => "growing enum ",
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
            Body::Enum(variants) => write_variants(variants, &[], variants.len(), out, naming),
            Body::GrowingEnum(variants, later) => {
                let len = match naming {
                    Naming::Full => variants.len() - later.len(),
                    Naming::Short(_) => variants.len(),
                };
                write_variants(variants, later, len, out, naming);
            }
        }
    }
}

const fn write_lending<const N: usize>(lending: &str, out: &mut Writer<N>) {
    out.text(if lending.is_empty() { "" } else { " where " });
    out.text(lending);
}

/// Writes the first `len` variants. The last ones were added by the versions in
/// `later`.
const fn write_variants<const N: usize>(
    variants: &[(&str, Fields)],
    later: &[&str],
    len: usize,
    out: &mut Writer<N>,
    naming: Naming,
) {
    let first = variants.len() - later.len();
    out.text(" {");
    let mut i = 0;
    while i < len {
        out.text(if i == 0 { " " } else { ", " });
        if i >= first {
            write_since(later[i - first], out);
        }
        out.text(variants[i].0);
        variants[i].1.write_all(out, naming);
        i += 1;
    }
    out.text(" }");
}

const fn write_since<const N: usize>(version: &str, out: &mut Writer<N>) {
    out.text("#[since(\"");
    out.text(version);
    out.text("\")] ");
}

/// A field or a variant that a later version added.
#[derive(Clone, Copy)]
pub(crate) struct LaterPart {
    pub(crate) name: &'static str,
    pub(crate) types: LaterTypes,
    pub(crate) since: &'static str,
}

/// The type of a field, or the fields of a variant.
#[derive(Clone, Copy)]
pub(crate) enum LaterTypes {
    Field(&'static Shape),
    Variant(&'static Fields),
}

impl Body {
    /// Returns the later field or variant of that number.
    pub(crate) const fn later(&'static self, i: usize) -> Option<LaterPart> {
        match self {
            Body::Growing(fields, later) if i < later.len() => {
                match fields.get(fields.len() - later.len() + i) {
                    Some((name, shape)) => {
                        let types = LaterTypes::Field(shape);
                        Some(LaterPart { name, types, since: later[i] })
                    }
                    None => None,
                }
            }
            Body::GrowingEnum(variants, later) if i < later.len() => {
                let (name, fields) = &variants[variants.len() - later.len() + i];
                let types = LaterTypes::Variant(fields);
                Some(LaterPart { name, types, since: later[i] })
            }
            _ => None,
        }
    }

    /// Returns `true` for a type that grows.
    pub(crate) const fn grows(&self) -> bool {
        matches!(self, Body::Growing(..) | Body::GrowingEnum(..))
    }

    /// Returns `true` if there is an object in the value, at any depth.
    const fn owns_objects(&self) -> bool {
        let mut field = 0;
        while let Some(shape) = self.get(field) {
            if shape.owns_objects() {
                return true;
            }
            field += 1;
        }
        false
    }

    /// Returns the type of the field of that number, in all variants.
    pub(super) const fn get(&self, i: usize) -> Option<&'static Shape> {
        match self {
            Body::Struct(fields) | Body::Growing(fields, _) => fields.shape(i),
            Body::Enum(variants) | Body::GrowingEnum(variants, _) => {
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

    /// Writes all fields.
    pub(crate) const fn write_all<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        self.write(out, naming, self.len(), &[]);
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
                write_since(later[i - first], out);
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
