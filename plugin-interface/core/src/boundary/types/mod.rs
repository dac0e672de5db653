//! The types that can be passed, one file for each kind.

pub(crate) mod array;
pub(crate) mod boxed;
pub(crate) mod cloned;
pub(crate) mod collection;
pub(crate) mod cow;
pub(crate) mod error;
pub(crate) mod flow;
pub(crate) mod forever;
pub(crate) mod in_out;
pub(crate) mod io_error;
pub(crate) mod net;
pub(crate) mod option;
pub(crate) mod path;
pub(crate) mod phantom;
pub(crate) mod primitive;
pub(crate) mod range;
pub(crate) mod reference;
pub(crate) mod result;
pub(crate) mod shared;
pub(crate) mod slice;
pub(crate) mod std_error;
pub(crate) mod string;
pub(crate) mod time;
pub(crate) mod tuple;
pub(crate) mod vec;
pub(crate) mod wrapping;
