//! Copies of values that live in another library, each once: behind the
//! references that methods return, and behind `'static` slices.

use core::any::{Any, TypeId};
use core::hash::BuildHasherDefault;
use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::sync::{Mutex, PoisonError};

use crate::boundary::{LiftError, Room};

/// The type of a value, and its content.
type Key = (TypeId, Box<[u8]>);

#[derive(Debug)]
struct Values {
    kept: HashMap<Key, Box<dyn Any + Send + Sync>, BuildHasherDefault<DefaultHasher>>,
    room: Room,
}

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
        Copies::with(Room::new())
    }

    const fn with(room: Room) -> Self {
        let kept = HashMap::with_hasher(BuildHasherDefault::new());
        Copies(Mutex::new(Values { kept, room }))
    }

    /// Returns the value of that content: an earlier one, or this, if there is room.
    pub(crate) fn value<T: Send + Sync + 'static>(
        &self,
        content: Box<[u8]>,
        value: Box<T>,
    ) -> Result<&T, LiftError> {
        self.keep(content, value)
    }

    /// Returns the slice of that content: an earlier one, or this, if there is room.
    pub(crate) fn slice<T: Send + Sync + 'static>(
        &self,
        content: Box<[u8]>,
        elements: Vec<T>,
    ) -> Result<&[T], LiftError> {
        self.keep(content, Box::new(Slice(elements.into()))).map(|kept| &*kept.0)
    }

    #[expect(unsafe_code, reason = "a value in a box stays where it is")]
    fn keep<T: Send + Sync + 'static>(
        &self,
        content: Box<[u8]>,
        value: Box<T>,
    ) -> Result<&T, LiftError> {
        // The content is kept too, and the value has about as much.
        let size = 2 * content.len();
        let key = (TypeId::of::<T>(), content);
        let mut new = Some(value);
        let kept = {
            let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Values { kept, room } = &mut *values;
            let any = match kept.entry(key) {
                Entry::Occupied(known) => Ok(&**known.into_mut()),
                Entry::Vacant(place) => room.take(size).map(|()| {
                    let new = new.take().expect("it is taken here only");
                    &**place.insert(new)
                }),
            };
            any.map(|any| {
                core::ptr::from_ref(any.downcast_ref::<T>().expect("the key has its type"))
            })
        };
        // An equal one is dropped without the lock, since it is the user's.
        drop(new);
        // SAFETY: the value is in a box, which only `clear` and a drop remove.
        // Both take the copies exclusively.
        kept.map(|kept| unsafe { &*kept })
    }

    /// Drops all values, which nothing borrows any more.
    pub(crate) fn clear(&mut self) {
        let values = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        values.kept.clear();
        values.room = Room::new();
    }
}

impl Default for Copies {
    fn default() -> Self {
        Copies::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Copies, Room};

    #[test]
    fn a_type_and_a_content_have_one_value() {
        let mut copies = Copies::new();
        let content = |byte: u8| Box::from([byte]);
        let one = || copies.value(content(1), Box::new(1_u32)).unwrap();
        let (first, again) = (one(), one());
        assert!(core::ptr::eq(first, again));
        let other = copies.value(content(2), Box::new(2_u32)).unwrap();
        let slice = copies.slice(content(1), vec![1_u32]).unwrap();
        let boxed: Box<[u32]> = Box::new([]);
        assert!(copies.value(content(1), Box::new(boxed)).unwrap().is_empty());
        assert_eq!(
            (first, other, slice, copies.slice(content(1), vec![1_u16]).unwrap()),
            (&1, &2, &[1][..], &[1][..])
        );
        copies.clear();
        assert_eq!(copies.value(content(1), Box::new(3_u32)), Ok(&3));
    }

    #[test]
    fn values_stay_where_they_are_while_others_are_added_by_threads() {
        let copies = Copies::new();
        let add = |thread: u32| {
            let kept: Vec<&u32> = (0..200)
                .map(|i| (Box::from((i % 100_u32).to_ne_bytes()), Box::new(i % 100)))
                .map(|(content, value)| copies.value(content, value).unwrap())
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

    #[test]
    fn only_an_earlier_value_is_kept_when_the_room_is_taken() {
        let mut copies = Copies::with(Room::of(100));
        let keep = |copies: &Copies, of: u8| copies.value([of].into(), Box::new(of)).copied();
        assert_eq!(keep(&copies, 1), Ok(1));
        assert!(keep(&copies, 2).is_err() && keep(&copies, 2).is_err());
        assert_eq!(keep(&copies, 1), Ok(1));
        copies.clear();
        assert_eq!((keep(&copies, 2), keep(&copies, 1)), (Ok(2), Ok(1)));
    }
}
