//! The configuration of plugins: a `plugins.toml`.
//!
//! `file` is its content, `read` reads it, and `value` has its values with their
//! lines. `check` compares the settings with those that a library declares.

mod check;
mod file;
mod names;
mod read;
mod value;

pub(crate) use self::check::Values;
pub use self::file::Configuration;
