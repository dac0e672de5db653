//! The interfaces of a crate, read from its sources, and plugins written for them.

mod answers;
mod implement;
mod imports;
mod names;
mod objects;
mod read;
mod standard;

pub(crate) use implement::{camel, plugin};
pub(crate) use read::{Found, Sources};
