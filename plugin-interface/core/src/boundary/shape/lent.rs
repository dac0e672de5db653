//! Looks for parts of a type that its name does not show: at any depth, also in
//! the definitions of derived types.

use crate::boundary::Shape;
use crate::boundary::shape::definitions::Definitions;
use crate::metadata::is_same;

/// A kind of part.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// A borrowed object, or a copy that is lent for a call.
    Lent,
    /// An object.
    Object,
    /// An object that the value owns.
    Owned,
    /// An object, or what may have a lifetime.
    Borrow,
}

impl Shape {
    /// Returns `true` if a field of a derived type in it is something that is
    /// stored for a call.
    pub(crate) const fn lends_in_fields(&self) -> bool {
        self.has_in_fields(Part::Lent)
    }

    /// Returns `true` if it refers to an object by a copy of its owner.
    pub(crate) const fn refers_to_object(&self) -> bool {
        match self {
            Shape::Ref(to) if to.is_object() => false,
            Shape::Ref(to) => to.has(Part::Object) || to.has_in_fields(Part::Object),
            Shape::Apply(_, parts) | Shape::Tuple(parts) | Shape::Defined(_, parts, _) => {
                let mut i = 0;
                while i < parts.len() {
                    if parts[i].refers_to_object() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            Shape::Slice(of) | Shape::Array(of, _) => of.refers_to_object(),
            // The items of an iterator.
            Shape::Marked(of, _) | Shape::Bound(_, of) => of.refers_to_object(),
            _ => false,
        }
    }

    /// Looks in the definitions to which this refers.
    pub(super) const fn has_in_fields(&self, part: Part) -> bool {
        let mut all = Definitions::new();
        self.collect(&mut all);
        let mut i = 0;
        while i < all.len() {
            let mut field = 0;
            while let Some(shape) = all.get(i).body.get(field) {
                if shape.has(part) {
                    return true;
                }
                shape.collect(&mut all);
                field += 1;
            }
            i += 1;
        }
        false
    }

    /// Collects the definitions that the name shows. Objects are not followed.
    const fn collect(&self, all: &mut Definitions) {
        let parts: &[&Shape] = match self {
            Shape::Ref(of) | Shape::RefMut(of) | Shape::Slice(of) | Shape::Array(of, _) => &[*of],
            Shape::Apply(_, parts) | Shape::Tuple(parts) => parts,
            Shape::Defined(_, parts, definition) => {
                all.insert(definition.get());
                parts
            }
            _ => &[],
        };
        let mut i = 0;
        while i < parts.len() {
            parts[i].collect(all);
            i += 1;
        }
    }

    /// Looks in what the name shows.
    const fn has(&self, part: Part) -> bool {
        match (self, part) {
            (Shape::Ref(_) | Shape::RefMut(_), Part::Borrow) => true,
            (Shape::Apply(name, _), Part::Borrow) if is_same(name, "Cow") => true,
            (_, Part::Borrow | Part::Owned) if self.is_object() => true,
            (Shape::Ref(to), Part::Lent) => to.is_copied() || to.has(part),
            (Shape::RefMut(_), Part::Lent) => !self.is_in_place(),
            (Shape::Named(name), Part::Lent | Part::Borrow) => is_same(name, "fmt::Arguments"),
            (Shape::Marked(..), Part::Object) => true,
            (Shape::Ref(to) | Shape::RefMut(to), Part::Object) => to.has(part),
            (Shape::Ref(to) | Shape::RefMut(to), Part::Owned) => !to.is_object() && to.has(part),
            (Shape::Slice(of) | Shape::Array(of, _), _) => of.has(part),
            (Shape::Apply(_, parts) | Shape::Tuple(parts) | Shape::Defined(_, parts, _), _) => {
                let mut i = 0;
                while i < parts.len() {
                    if parts[i].has(part) {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            _ => false,
        }
    }

    /// Returns `true` for the target of a reference that is passed as a copy or as
    /// an object.
    const fn is_copied(&self) -> bool {
        match self {
            Shape::Apply(name, _) => is_same(name, "Box") || is_same(name, "Vec"),
            Shape::Marked(..) => true,
            _ => false,
        }
    }

    /// Returns `true` for a `&mut` that is passed by pointer.
    const fn is_in_place(&self) -> bool {
        match self {
            Shape::RefMut(Shape::Apply(name, _)) => !is_same(name, "Option"),
            Shape::RefMut(Shape::Marked(..) | Shape::Slice(Shape::RefMut(_))) => false,
            _ => true,
        }
    }
}
