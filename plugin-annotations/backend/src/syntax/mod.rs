//! Just enough of traits, impls, structs and enums.
//!
//! `syn` reads all of these behind its features `full` and `derive`, which take
//! more than twice as long to compile as the parser itself, and what a plugin's
//! first build waits for is mostly `syn`. No macro of ours looks into a body, and
//! next to nothing of a type is known by its tokens: what it means, the compiler
//! decides. So here both are tokens, and `syn` gives the stream that they are
//! read from. The compiler has read each item before a macro sees it: what does
//! not parse here is never a plain syntax error.

mod attribute;
mod generics;
mod item_impl;
mod item_trait;
mod path;
mod scan;
mod signature;
#[cfg(test)]
mod tests;
mod ty;

pub use attribute::{Attribute, visibility};
pub use generics::{Generics, Kind};
pub use path::Path;
pub use scan::{Angles, Ends, expect, flat, is_next, keyword, punct, until};
pub use ty::Type;

pub(crate) use item_impl::ItemImpl;
pub(crate) use item_trait::{ItemTrait, OtherItem, OtherKind, TraitItem, TraitMethod};
pub(crate) use signature::{Receiver, Signature};
