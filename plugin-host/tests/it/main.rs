//! The `plugin-host` program, as its users run it.

mod environment;
mod list;
mod run;
mod usage;
