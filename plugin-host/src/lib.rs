//! `plugin-host`: lists, builds and runs plugins.
//!
//! ```text
//! plugin-host list DIR..           what is there, without running any of it
//! plugin-host run DIR [--build]    load, call and unload every plugin
//! plugin-host watch DIR            the same, and replace each when its file changes
//! plugin-host header FILE NAME     a C header to write a plugin of an interface against
//! plugin-host diff OLD NEW         what changed between two libraries, and whether it is safe
//! ```
//!
//! Every listing takes `--json`. The exit code says how it went: [`Exit`].

mod build;
mod cli;
mod commands;
mod exit;
mod header;
mod output;

pub use cli::main;
pub use exit::Exit;
