//! Copies of values that live in another library, each once: behind the
//! references that methods return, and behind `'static` slices.

use core::any::{Any, TypeId};
use core::hash::BuildHasherDefault;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::sync::{Mutex, PoisonError};

/// The type of a value, and its content.
type Key = (TypeId, Box<[u8]>);
type Values = HashMap<Key, Box<dyn Any + Send + Sync>, BuildHasherDefault<DefaultHasher>>;

/// The elements of a slice. Their content is not that of a `Box<[T]>`.
struct Slice<T>(Box<[T]>);

/// Values, of which no two have the same type and content.
///
/// A reference to one is valid for as long as this is borrowed.
#[doc(hidden)]
#[derive(Debug)]
#[repr(align(8))]
pub struct Copies(Mutex<Values>);

impl Copies {
    pub(crate) const fn new() -> Self {
        Copies(Mutex::new(Values::with_hasher(BuildHasherDefault::new())))
    }

    /// Returns the value of that content: an earlier one, or this.
    pub(crate) fn value<T: Send + Sync + 'static>(&self, content: Box<[u8]>, value: Box<T>) -> &T {
        self.keep(content, value)
    }

    /// Returns the slice of that content: an earlier one, or this.
    pub(crate) fn slice<T: Send + Sync + 'static>(
        &self,
        content: Box<[u8]>,
        elements: Vec<T>,
    ) -> &[T] {
        &self.keep(content, Box::new(Slice(elements.into()))).0
    }

    #[expect(unsafe_code, reason = "a value in a box stays where it is")]
    fn keep<T: Send + Sync + 'static>(&self, content: Box<[u8]>, value: Box<T>) -> &T {
        let key = (TypeId::of::<T>(), content);
        let mut new = Some(value);
        let kept: *const T = {
            let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let any = values.entry(key).or_insert_with(|| new.take().expect("it is called once"));
            core::ptr::from_ref(any.downcast_ref::<T>().expect("the key has its type"))
        };
        // An equal one is dropped without the lock, since it is the user's.
        drop(new);
        // SAFETY: the value is in a box, which only `clear` and a drop remove.
        // Both take the copies exclusively.
        unsafe { &*kept }
    }

    /// Drops all values, which nothing borrows any more.
    pub(crate) fn clear(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Default for Copies {
    fn default() -> Self {
        Copies::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Copies;

    #[test]
    fn a_type_and_a_content_have_one_value() {
        let mut copies = Copies::new();
        let content = |byte: u8| Box::from([byte]);
        let (first, again) =
            (copies.value(content(1), Box::new(1_u32)), copies.value(content(1), Box::new(1_u32)));
        assert!(core::ptr::eq(first, again));
        let other = copies.value(content(2), Box::new(2_u32));
        let slice = copies.slice(content(1), vec![1_u32]);
        let boxed: Box<[u32]> = Box::new([]);
        assert!(copies.value(content(1), Box::new(boxed)).is_empty());
        assert_eq!(
            (first, other, slice, copies.slice(content(1), vec![1_u16])),
            (&1, &2, &[1][..], &[1][..])
        );
        copies.clear();
        assert_eq!(copies.value(content(1), Box::new(3_u32)), &3);
    }

    #[test]
    fn values_stay_where_they_are_while_others_are_added_by_threads() {
        let copies = Copies::new();
        let add = |thread: u32| {
            let kept: Vec<&u32> = (0..200)
                .map(|i| copies.value(Box::from((i % 100_u32).to_ne_bytes()), Box::new(i % 100)))
                .collect();
            assert!(
                kept.iter().enumerate().all(|(i, kept)| **kept as usize == i % 100),
                "{thread}"
            );
            kept.into_iter().map(|kept| core::ptr::from_ref(kept).addr()).collect::<Vec<_>>()
        };
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|i| scope.spawn(move || add(i))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|addresses| *addresses == all[0]));
    }
}
