//! A manager that watches: what it loads, replaces and unloads, and when.

mod background;
mod holding;
mod lacking;
#[cfg(unix)]
mod links;
mod places;
mod replacing;
mod stateful;
mod writers;
