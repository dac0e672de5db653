//! Counts what may borrow in a type.

use crate::boundary::Shape;
use crate::boundary::shape::lent::Part;
use crate::metadata::is_same;

/// The parts of a type that may borrow.
#[derive(Clone, Copy)]
struct Parts {
    /// Objects that the value owns.
    objects: usize,
    /// References, and types whose definition may borrow. The receiver has all of
    /// them with the lifetime that its own interface says.
    others: usize,
}

impl Shape {
    /// Returns `true` if the name shows that something is borrowed.
    pub(crate) const fn shows_borrow(&self) -> bool {
        match self {
            Shape::Ref(_) | Shape::RefMut(_) => true,
            Shape::Apply(name, _) if is_same(name, "Cow") => true,
            Shape::Apply(_, parts) | Shape::Tuple(parts) | Shape::Defined(_, parts, _) => {
                let mut i = 0;
                while i < parts.len() {
                    if parts[i].shows_borrow() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            Shape::Slice(of) | Shape::Array(of, _) | Shape::Marked(of, _) => of.shows_borrow(),
            _ => false,
        }
    }

    /// Returns `true` if one lifetime does not tell what it borrows: an object in the
    /// value, or another part. So many references are known beside.
    pub(crate) const fn hides_several(&self, references: usize) -> bool {
        let parts = self.parts();
        parts.objects > 0 && parts.objects + parts.others > 1 + references
    }

    /// Returns `true` if the name shows that there is an object in the value.
    pub(crate) const fn shows_object(&self) -> bool {
        self.parts().objects > 0
    }

    /// Returns `true` if there is an object in the value, or in a field at any depth.
    /// Its receiver could keep it, where everything else that borrows has the lifetime
    /// that the receiver's own interface says.
    pub(crate) const fn owns_objects(&self) -> bool {
        self.shows_object() || self.has_in_fields(Part::Owned)
    }

    const fn parts(&self) -> Parts {
        let (mut objects, mut others) = (0, 0);
        match self {
            // The lifetime of a borrowed object is that of the reference.
            Shape::Ref(to) | Shape::RefMut(to) => {
                let within = to.parts();
                objects = if to.is_object() { 0 } else { within.objects };
                others = within.others + 1;
            }
            Shape::Apply(_, parts) | Shape::Tuple(parts) | Shape::Defined(_, parts, _) => {
                let mut i = 0;
                while i < parts.len() {
                    let within = parts[i].parts();
                    objects += within.objects;
                    others += within.others;
                    i += 1;
                }
                let borrows = match self {
                    Shape::Apply(name, _) => is_same(name, "Cow"),
                    Shape::Defined(..) => self.has_in_fields(Part::Borrow),
                    _ => false,
                };
                others += borrows as usize;
            }
            Shape::Slice(of) | Shape::Array(of, _) => return of.parts(),
            Shape::Named(name) => others = is_same(name, "fmt::Arguments") as usize,
            // What it takes and returns owns its data, or is lent for each call.
            _ => objects = self.is_object() as usize,
        }
        Parts { objects, others }
    }

    pub(super) const fn is_object(&self) -> bool {
        matches!(
            self,
            Shape::Object(..) | Shape::Function(..) | Shape::Bound(..) | Shape::Marked(..)
        )
    }
}
