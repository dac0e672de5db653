//! The `plugin-host` program: creates, lists, checks, runs and watches plugins.
//!
//! ```text
//! plugin-host new NAME               create an application with a plugin and a host
//! plugin-host doctor [DIR]           examine this machine and a project
//! plugin-host list DIR..             list plugins; runs no plugin code
//! plugin-host inspect FILE           print the metadata of a library; runs no plugin code
//! plugin-host run DIR [--build]      load, call and unload every plugin
//! plugin-host watch DIR              the same, and reload each when its file changes
//! plugin-host dev CRATE|DIR          build a plugin at each save, and swap it
//! plugin-host check FILE|DIR         run every check and print the results
//! plugin-host header FILE INTERFACE  print a C header for writing a plugin in C
//! plugin-host diff OLD NEW           compare the interfaces of two libraries
//! plugin-host lock DIR               approve the plugins of a directory as they are now
//! plugin-host sign FILE..            sign plugins for hosts that trust your key
//! plugin-host verify DIR             compare the plugins of a directory with its lock
//! plugin-host call FILE TARGET       call a method of a plugin, or a C function
//! plugin-host fuzz FILE              call methods with random values; print what fails
//! plugin-host completions SHELL      print the completions for a shell
//! plugin-host man [COMMAND]          print a manual page
//! ```
//!
//! Every listing has the option `--json`. [`Exit`] lists the exit codes.

mod cargo;
mod cli;
mod commands;
mod contents;
mod elsewhere;
mod exit;
mod fuzz;
mod header;
mod interface_source;
mod logs;
mod manager;
mod output;
mod report;
mod rustfmt;
mod signals;
mod streams;
mod terminal;
#[cfg(windows)]
mod windows;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command, WorkerCommand};

pub use exit::Exit;

/// Runs the command that the program's arguments name.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     plugin_host::main()
/// }
/// ```
pub fn main() -> ExitCode {
    serve_if_asked();
    start(Cli::parse())
}

/// Runs the command that follows `cargo plugin`.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     plugin_host::cargo_main()
/// }
/// ```
pub fn cargo_main() -> ExitCode {
    serve_if_asked();
    start(cli::of_cargo(std::env::args_os()))
}

/// Serves as the process of one library if this program was started as that.
fn serve_if_asked() {
    #[cfg(unix)]
    plugin_interface::process::serve_if_asked();
}

fn start(Cli { color, command }: Cli) -> ExitCode {
    terminal::choose(color);
    // What a probe calls is called again by the host.
    if !matches!(command, Command::Worker(WorkerCommand::Probe(_))) {
        logs::show();
    }
    let result = signals::prepare(&command).and_then(|()| run(&command));
    worker::session_directory::remove();
    let exit = result.unwrap_or_else(|error| {
        output::print_failure(&output::describe(error.as_ref()), command.json());
        exit::exit_of(&error)
    });
    exit.into()
}

fn run(command: &Command) -> anyhow::Result<Exit> {
    if command.runs_plugins() {
        streams::keep_from_plugins(command.json())?;
    }
    match command {
        Command::New(args) => commands::new::run(args),
        Command::Doctor(args) => commands::doctor::run(args),
        Command::List(args) => commands::list::run(args),
        Command::Inspect(args) => commands::inspect::run(args),
        Command::Run(args) => commands::run::run(args),
        Command::Watch(args) if args.call.is_empty() => commands::watch::run(args),
        Command::Watch(args) => commands::watch_function::run(args),
        Command::Dev(args) => commands::dev::run(args),
        Command::Check(args) => commands::check::run(args),
        Command::Header(args) => commands::header::run(args),
        Command::Diff(args) => commands::diff::run(args),
        Command::Lock(args) => commands::lock::run(args),
        Command::Sign(args) => commands::sign::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Call(args) => commands::call::run(args),
        Command::Fuzz(args) => commands::fuzz::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man(args) => commands::man::run(args),
        Command::Worker(command) => worker::run(command),
    }
}
