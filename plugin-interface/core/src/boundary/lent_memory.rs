//! The memory that the arguments of a call lend.

use core::marker::PhantomData;

/// The memory that the arguments of a call lend for `'m` at least.
///
/// A return value that borrows from it is lifted for `'m`. So the compiler checks
/// that no argument is noted whose borrow ends earlier. That matters: what a method
/// returns may be a static of its library, and lie in an argument all the same.
#[doc(hidden)]
#[derive(Debug)]
#[repr(align(8))]
pub struct LentMemory<'m> {
    /// The addresses and sizes in bytes, of which the first `len` are noted.
    first: [(usize, usize); 4],
    len: usize,
    more: Vec<(usize, usize)>,
    /// `true` if an argument may lend memory that is not noted.
    is_partial: bool,
    lent: PhantomData<&'m ()>,
}

impl LentMemory<'_> {
    #[inline]
    pub fn new() -> Self {
        let lent = PhantomData;
        LentMemory { first: [(0, 0); 4], len: 0, more: Vec::new(), is_partial: false, lent }
    }

    /// Notes the memory of a value. The caller knows that it is lent for long enough.
    #[inline]
    pub(super) fn add<T: ?Sized>(&mut self, value: &T) {
        let place = (core::ptr::from_ref(value).addr(), size_of_val(value));
        match self.first.get_mut(self.len) {
            Some(first) => {
                *first = place;
                self.len += 1;
            }
            None => self.more.push(place),
        }
    }

    /// Notes that an argument may lend memory that is not noted.
    #[inline]
    pub fn add_unknown(&mut self) {
        self.is_partial = true;
    }

    /// Returns `true` if an argument may lend memory that is not noted.
    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Returns `true` if an argument lends all of it.
    pub(crate) fn has(&self, address: usize, size: usize) -> bool {
        let mut noted = self.first[..self.len].iter().chain(&self.more);
        // An empty reference refers to no memory.
        size == 0
            || noted.any(|(begin, len)| {
                let at = address.checked_sub(*begin).filter(|at| at <= len);
                at.is_some_and(|at| size <= len - at)
            })
    }
}

impl Default for LentMemory<'_> {
    fn default() -> Self {
        LentMemory::new()
    }
}
