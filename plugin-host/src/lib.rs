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

mod cargo;
mod cli;
mod commands;
mod exit;
mod header;
mod manager;
mod output;
mod report;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::output::print_error;

pub use exit::Exit;

/// Runs the command that the arguments name.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     plugin_host::main()
/// }
/// ```
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::List(args) => commands::list::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Watch(args) if args.call.is_empty() => commands::watch::run(&args),
        Command::Watch(args) => commands::watch_function::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Header(args) => commands::header::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Call(args) => commands::call_function::run(&args),
        Command::Called(args) => commands::call_function::called(&args),
        Command::Watched(args) => commands::watch_function::watched(&args),
        Command::Drive(args) => worker::drive::run(&args),
        Command::Probe(args) => worker::probe::run(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            print_error(&format!("{error:#}"));
            exit::exit_of(&error).into()
        }
    }
}
