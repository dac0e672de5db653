//! A small parser for traits, impls, structs and enums.
//!
//! `syn` can parse all of these with its feature `full`, but a plugin's first build
//! spends most of its time on `syn`. Clean debug builds of an empty crate that
//! depends on it, medians of three, on two processors under load:
//!
//! | dependency | seconds |
//! |---|---|
//! | `syn` as it is used here | 2.1 |
//! | `syn` with `derive` | 3.6 |
//! | `syn` with `full` | 5.6 |
//! | `venial`, which panics on unknown syntax | 3.2 |
//!
//! A clean build of a plugin takes about 3.2 seconds, so `full` would double it.
//!
//! The macros never look into a body, and the tokens of a type say almost nothing:
//! the compiler decides about its meaning. So bodies and types stay tokens here,
//! and `syn` provides the stream that they are read from. The compiler has parsed
//! every item before a macro gets it, so no item here has a syntax error.
//!
//! The test `against_syn` compares this parser with `syn`'s full one.

#[cfg(test)]
mod against_syn;
mod attribute;
mod generics;
mod item_impl;
mod item_trait;
mod item_type;
mod path;
mod scan;
mod signature;
#[cfg(test)]
mod tests;
mod ty;

pub use attribute::Attribute;
pub use generics::{Generics, Kind, Parameter as GenericParameter};
pub use item_type::{Data, Fields, ItemType, Variant};
pub use path::Path;
pub use scan::{Angles, flat};
pub use ty::Type;

pub(crate) use item_impl::ItemImpl;
pub(crate) use item_trait::{ItemTrait, OtherItem, OtherKind, TraitItem, TraitMethod, is_method};
pub(crate) use scan::{Ends, divide, expect, is_block, keyword, until};
pub(crate) use signature::{Parameter, Receiver, Signature};
pub(crate) use ty::{is_passed_by_pointer, is_shared_object};
