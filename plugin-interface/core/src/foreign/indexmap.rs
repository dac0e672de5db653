//! `IndexMap` and `IndexSet`: the entries in their order. The receiver hashes them
//! again.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::hash::{BuildHasher, Hash};

use indexmap::{IndexMap, IndexSet};

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, Shape, collect_distinct};

converts_via! {
    impl [T: FfiSafe, S: BuildHasher + Default + 'static] IndexSet<T, S>
    where [for<'b> T::At<'b>: Eq + Hash],
    via: Vec<T>, at 'a: IndexSet<T::At<'a>, S>,
    shape: Shape::Apply("indexmap::IndexSet", &[T::SHAPE]),
    lower: set => set.into_iter().collect(),
    lift: elements => collect_distinct(elements, IndexSet::len),
}

converts_via! {
    impl [K: FfiSafe, V: FfiSafe, S: BuildHasher + Default + 'static] IndexMap<K, V, S>
    where [for<'b> K::At<'b>: Eq + Hash],
    via: Vec<(K, V)>, at 'a: IndexMap<K::At<'a>, V::At<'a>, S>,
    shape: Shape::Apply("indexmap::IndexMap", &[K::SHAPE, V::SHAPE]),
    lower: map => map.into_iter().collect(),
    lift: entries => collect_distinct(entries, IndexMap::len),
}
