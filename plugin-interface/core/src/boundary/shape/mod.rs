//! The canonical name of a type, independent of aliases.

use crate::boundary::shape::definition::Definition;
use crate::boundary::shape::link::Link;
use crate::metadata::InterfaceDescription;
use crate::metadata::Writer;

mod borrows;
pub(crate) mod definition;
pub(crate) mod definitions;
mod lent;
pub(crate) mod link;
pub(crate) mod parameter;
pub(crate) mod source;

/// The name of an FFI-safe type, which the compiler builds from the type
/// itself.
#[doc(hidden)]
#[derive(Debug)]
pub enum Shape {
    /// `()`.
    Unit,
    /// A type without parameters.
    Named(&'static str),
    /// A type applied to others: `Option<T>`.
    Apply(&'static str, &'static [&'static Shape]),
    /// `&T`.
    Ref(&'static Shape),
    /// `&mut T`.
    RefMut(&'static Shape),
    /// `[T]`.
    Slice(&'static Shape),
    /// `[T; N]`.
    Array(&'static Shape, usize),
    /// `(A, B)`.
    Tuple(&'static [&'static Shape]),
    /// A derived type, by its full path, with its arguments.
    Defined(&'static str, &'static [&'static Shape], Link<Definition>),
    /// `dyn Trait` of an interface, by its full path.
    Object(&'static str, Link<InterfaceDescription>),
    /// `dyn Fn(A, B) -> R`: its name, its arguments, and its result.
    Function(&'static str, &'static [&'static Shape], &'static Shape),
    /// `dyn Iterator<Item = T>`: its name, and its item.
    Bound(&'static str, &'static Shape),
    /// One of the above, with its auto traits: `dyn Trait + Send`.
    Marked(&'static Shape, &'static str),
    /// The parameter of that number, within a definition.
    Parameter(usize),
}

/// The form in which types are named.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    /// For identification: full paths, and parameters by number.
    Full,
    /// For readers: last names, and parameters by the names in their
    /// definition.
    Short(&'static [&'static str]),
}

impl Shape {
    /// Returns the shape of a derived type. The definition may refer to the
    /// type.
    pub const fn defined(
        definition: &'static Definition,
        path: &'static str,
        arguments: &'static [&'static Shape],
    ) -> Self {
        Shape::Defined(path, arguments, Link::to(definition))
    }

    /// Returns the shape of `dyn Trait`. The methods may refer to it.
    pub const fn object(path: &'static str, interface: &'static InterfaceDescription) -> Self {
        Shape::Object(path, Link::to(interface))
    }

    /// Writes the target of a reference, in parentheses if necessary.
    const fn write_referent<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        let is_sum = matches!(self, Shape::Marked(_, markers) if !markers.is_empty());
        out.text(if is_sum { "(" } else { "" });
        self.write(out, naming);
        out.text(if is_sum { ")" } else { "" });
    }

    /// Writes the name in Rust syntax.
    pub(crate) const fn write<const N: usize>(&self, out: &mut Writer<N>, naming: Naming) {
        match self {
            Shape::Unit => out.text("()"),
            Shape::Named(name) => out.text(name),
            Shape::Apply(name, arguments) => {
                out.text(name);
                write_list(out, naming, "<", arguments, ">");
            }
            Shape::Ref(to) => {
                out.text("&");
                to.write_referent(out, naming);
            }
            Shape::RefMut(to) => {
                out.text("&mut ");
                to.write_referent(out, naming);
            }
            Shape::Slice(of) => {
                out.text("[");
                of.write(out, naming);
                out.text("]");
            }
            Shape::Array(of, len) => {
                out.text("[");
                of.write(out, naming);
                out.text("; ");
                out.number(*len);
                out.text("]");
            }
            Shape::Tuple(values) => {
                write_list(out, naming, "(", values, if values.len() == 1 { ",)" } else { ")" });
            }
            Shape::Object(path, _) => {
                out.text("dyn ");
                write_path(out, naming, path);
            }
            Shape::Function(name, arguments, returns) => {
                out.text(name);
                write_list(out, naming, "(", arguments, ")");
                if !matches!(returns, Shape::Unit) {
                    out.text(" -> ");
                    returns.write(out, naming);
                }
            }
            Shape::Bound(name, to) => {
                out.text(name);
                to.write(out, naming);
                out.text(">");
            }
            Shape::Marked(object, markers) => {
                object.write(out, naming);
                out.text(markers);
            }
            Shape::Defined(path, arguments, _) => {
                write_path(out, naming, path);
                if !arguments.is_empty() {
                    write_list(out, naming, "<", arguments, ">");
                }
            }
            Shape::Parameter(number) => match naming {
                Naming::Short(names) if *number < names.len() => out.text(names[*number]),
                _ => {
                    out.text("#");
                    out.number(*number);
                }
            },
        }
    }
}

/// Writes shapes in brackets, separated by commas.
const fn write_list<const N: usize>(
    out: &mut Writer<N>,
    naming: Naming,
    open: &str,
    shapes: &[&Shape],
    close: &str,
) {
    out.text(open);
    let mut i = 0;
    while i < shapes.len() {
        if i > 0 {
            out.text(", ");
        }
        shapes[i].write(out, naming);
        i += 1;
    }
    out.text(close);
}

const fn write_path<const N: usize>(out: &mut Writer<N>, naming: Naming, path: &'static str) {
    out.text(match naming {
        Naming::Full => path,
        Naming::Short(_) => last_name(path),
    });
}

/// Returns the last name of a path: `Tree` of `my_crate::garden::Tree`.
pub(super) const fn last_name(path: &str) -> &str {
    let mut at = path.len();
    while at > 0 && path.as_bytes()[at - 1] != b':' {
        at -= 1;
    }
    path.split_at(at).1
}
