//! Maps, sets and queues: converted to the vector of their elements.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, LiftError, Shape};

/// Collects received elements. Returns an error if some of them are equal.
pub(crate) fn collect_distinct<T, C: FromIterator<T>>(
    received: Vec<T>,
    len: fn(&C) -> usize,
) -> Result<C, LiftError> {
    let found = received.len();
    let collection = C::from_iter(received);
    match len(&collection) {
        distinct if distinct == found => Ok(collection),
        distinct => Err(LiftError::Duplicate { found, distinct }),
    }
}

converts_via! {
    impl [T: FfiSafe] VecDeque<T>,
    via: Vec<T>, at 'a: VecDeque<T::At<'a>>,
    shape: Shape::Apply("VecDeque", &[T::SHAPE]),
    lower: queue => queue.into(),
    lift: vector => Ok(vector.into()),
}

converts_via! {
    impl [T: FfiSafe] LinkedList<T>,
    via: Vec<T>, at 'a: LinkedList<T::At<'a>>,
    shape: Shape::Apply("LinkedList", &[T::SHAPE]),
    lower: list => list.into_iter().collect(),
    lift: elements => Ok(elements.into_iter().collect()),
}

converts_via! {
    impl [T: FfiSafe] BinaryHeap<T> where [for<'b> T::At<'b>: Ord],
    via: Vec<T>, at 'a: BinaryHeap<T::At<'a>>,
    shape: Shape::Apply("BinaryHeap", &[T::SHAPE]),
    lower: heap => heap.into_vec(),
    lift: elements => Ok(elements.into()),
}

converts_via! {
    impl [T: FfiSafe] BTreeSet<T> where [for<'b> T::At<'b>: Ord],
    via: Vec<T>, at 'a: BTreeSet<T::At<'a>>,
    shape: Shape::Apply("BTreeSet", &[T::SHAPE]),
    lower: set => set.into_iter().collect(),
    lift: elements => collect_distinct(elements, BTreeSet::len),
}

converts_via! {
    impl [T: FfiSafe, S: BuildHasher + Default + 'static] HashSet<T, S>
    where [for<'b> T::At<'b>: Eq + Hash],
    via: Vec<T>, at 'a: HashSet<T::At<'a>, S>,
    shape: Shape::Apply("HashSet", &[T::SHAPE]),
    lower: set => set.into_iter().collect(),
    lift: elements => collect_distinct(elements, HashSet::len),
}

converts_via! {
    impl [K: FfiSafe, V: FfiSafe] BTreeMap<K, V> where [for<'b> K::At<'b>: Ord],
    via: Vec<(K, V)>, at 'a: BTreeMap<K::At<'a>, V::At<'a>>,
    shape: Shape::Apply("BTreeMap", &[K::SHAPE, V::SHAPE]),
    lower: map => map.into_iter().collect(),
    lift: entries => collect_distinct(entries, BTreeMap::len),
}

// The hasher is not passed: the receiver hashes each map again.
converts_via! {
    impl [K: FfiSafe, V: FfiSafe, S: BuildHasher + Default + 'static] HashMap<K, V, S>
    where [for<'b> K::At<'b>: Eq + Hash],
    via: Vec<(K, V)>, at 'a: HashMap<K::At<'a>, V::At<'a>, S>,
    shape: Shape::Apply("HashMap", &[K::SHAPE, V::SHAPE]),
    lower: map => map.into_iter().collect(),
    lift: entries => collect_distinct(entries, HashMap::len),
}
