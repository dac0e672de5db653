//! The canonical name of a type, whatever alias it was written by.

use super::definition::{Definition, Link};
use crate::metadata::write::Writer;

/// The name of a crossing type, built by the compiler from the type itself.
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
    /// A type that its author defined, by its full path, and what its
    /// parameters are here.
    Defined(&'static str, &'static [&'static Shape], Link),
    /// Within a definition: the parameter of that number.
    Parameter(usize),
}

/// How types are named.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    /// As they are told apart: by full paths, parameters by number.
    Full,
    /// For a reader: by last names, parameters as their definition calls them.
    Short(&'static [&'static str]),
}

impl Shape {
    /// A type that its author defined. The definition may refer to the type.
    pub const fn defined(
        definition: &'static Definition,
        path: &'static str,
        arguments: &'static [&'static Shape],
    ) -> Self {
        Shape::Defined(path, arguments, Link::to(definition))
    }

    /// Writes the name as Rust would.
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
                to.write(out, naming);
            }
            Shape::RefMut(to) => {
                out.text("&mut ");
                to.write(out, naming);
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
            Shape::Defined(path, arguments, _) => {
                out.text(match naming {
                    Naming::Full => path,
                    Naming::Short(_) => last_name(path),
                });
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

/// Writes what is separated by commas, between its brackets.
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

/// `Tree` of `my_crate::garden::Tree`.
pub(super) const fn last_name(path: &str) -> &str {
    let mut at = path.len();
    while at > 0 && path.as_bytes()[at - 1] != b':' {
        at -= 1;
    }
    path.split_at(at).1
}
