//! Plain libraries of C, by function name.
#![expect(unsafe_code, reason = "calls functions of C")]
#![allow(clippy::disallowed_names, reason = "foo is the name of a function of C")]

mod changing;
#[cfg(feature = "call-dynamic")]
mod dynamic;
mod refusing;
mod rewriting;
mod serving;
mod sources;
#[cfg(target_os = "linux")]
mod thread_locals;
#[cfg(target_os = "linux")]
mod threads;
// Windows has no such variables.
#[cfg(target_os = "linux")]
mod unique_objects;
#[cfg(feature = "watch")]
mod watching;

#[cfg(unix)]
pub(crate) use sources::Sources;
