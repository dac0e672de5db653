//! The arguments, and which command they ask for.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::output::print_error;

/// Lists, builds and runs plugins.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show what the libraries of directories say of themselves; runs none of them.
    List(ListArgs),
    /// Load every plugin of a directory, call it, unload it, and count.
    Run(RunArgs),
}

#[derive(Args)]
pub(crate) struct ListArgs {
    /// The directories to look into.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// The directory of the plugins, or of their sources with --build.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// First build what is below DIR: cdylib crates with cargo, folders with a
    /// Makefile with make. Then run what was built.
    #[arg(long)]
    pub(crate) build: bool,
    /// Build optimised.
    #[arg(long, requires = "build")]
    pub(crate) release: bool,
    /// Whom to greet.
    #[arg(long, value_name = "NAME", default_value = "world")]
    pub(crate) target: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

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
        Command::Run(args) => commands::run::run(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            print_error(&format!("{error:#}"));
            commands::exit_of(&error).into()
        }
    }
}
