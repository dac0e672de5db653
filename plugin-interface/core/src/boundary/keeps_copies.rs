//! The place for copies in a proxy, for interfaces that need one.

use crate::boundary::{Copies, Origin};

/// The copies of an interface's proxies, or `()` if no method returns a
/// reference to a value that is copied. The types decide.
#[doc(hidden)]
pub trait KeepsCopies: Default + Send + Sync + 'static {
    /// Returns the origin of a return value.
    fn of_return(&self, origin: Origin) -> Origin;

    /// Drops all copies.
    fn clear(&mut self);
}

impl KeepsCopies for () {
    #[inline]
    fn of_return(&self, origin: Origin) -> Origin {
        origin
    }

    #[inline]
    fn clear(&mut self) {}
}

impl KeepsCopies for Copies {
    #[inline]
    fn of_return(&self, origin: Origin) -> Origin {
        origin.in_return(self)
    }

    fn clear(&mut self) {
        Copies::clear(self);
    }
}
