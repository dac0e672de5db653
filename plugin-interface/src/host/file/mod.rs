//! Facts about files: private copies and their directory, pages, identity,
//! equal content, demands on the dynamic linker.

pub(crate) mod compare;
pub(crate) mod copies;
pub(crate) mod digest;
pub(crate) mod duplicates;
pub(crate) mod identity;
pub(crate) mod imported_threads;
#[cfg(any(feature = "configure", feature = "trust"))]
pub(crate) mod lines;
pub(crate) mod linkage;
mod needed_dlls;
pub(crate) mod open;
pub(crate) mod paged;
pub(crate) mod part;
pub(crate) mod private_copy;
pub(crate) mod private_directory;
mod sparse_copy;
pub(crate) mod symbol;
