//! A reference to a static from within a constant.
#![expect(unsafe_code, reason = "the compiler follows every reference in a constant")]

/// A reference to a static that the compiler does not follow when it checks a
/// constant.
///
/// It may be computing that static at the moment.
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
        // SAFETY: created from a `'static` reference.
        unsafe { &*self.0 }
    }
}

// SAFETY: a shared reference to a type that is `Sync`.
unsafe impl<T: Sync> Send for Link<T> {}
// SAFETY: likewise.
unsafe impl<T: Sync> Sync for Link<T> {}
