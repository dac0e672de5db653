//! The interfaces of a crate, read from its sources, and plugins written for them.

mod answers;
mod implement;
mod imports;
mod methods;
mod names;
mod objects;
mod of_library;
mod read;
mod standard;

pub(crate) use implement::{Plugin, camel, plugin};
pub(crate) use methods::Methods;
pub(crate) use of_library::written;
pub(crate) use read::{Found, Sources};
