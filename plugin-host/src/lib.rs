//! `plugin-host`: lists, builds and runs plugins.
//!
//! ```text
//! plugin-host list DIR..           what is there, without running any of it
//! plugin-host run DIR [--build]    load, call and unload every plugin
//! plugin-host watch DIR            the same, and replace each when its file changes
//! ```
//!
//! Every listing takes `--json`. The exit code says how it went: [`Exit`].

mod build;
mod cli;
mod commands;
mod exit;
mod output;

pub use cli::main;
pub use exit::Exit;
