//! The canonical name of a type, whatever alias it was written by.

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
}

impl Shape {
    /// Writes the name as Rust would.
    pub(crate) const fn write<const N: usize>(&self, out: &mut Writer<N>) {
        match self {
            Shape::Unit => out.text("()"),
            Shape::Named(name) => out.text(name),
            Shape::Apply(name, arguments) => {
                out.text(name);
                out.text("<");
                let mut i = 0;
                while i < arguments.len() {
                    if i > 0 {
                        out.text(", ");
                    }
                    arguments[i].write(out);
                    i += 1;
                }
                out.text(">");
            }
            Shape::Ref(to) => {
                out.text("&");
                to.write(out);
            }
            Shape::RefMut(to) => {
                out.text("&mut ");
                to.write(out);
            }
            Shape::Slice(of) => {
                out.text("[");
                of.write(out);
                out.text("]");
            }
        }
    }
}
