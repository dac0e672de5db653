//! The command line: commands, options and their help.

#[cfg(unix)]
mod bytes;
mod commands;
mod duration;
mod framework;
mod golden;
mod interface_crate;
#[cfg(unix)]
mod isolation;
mod new;
mod options;
mod worker;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::terminal::ColorWhen;
pub(crate) use commands::{
    CallArgs, CheckArgs, CompletionsArgs, DevArgs, DiffArgs, DoctorArgs, FuzzArgs, HeaderArgs,
    InspectArgs, ListArgs, LockArgs, ManArgs, RunArgs, SignArgs, VerifyArgs, WatchArgs,
};
pub(crate) use framework::Framework;
pub(crate) use interface_crate::{InterfaceCrate, interface_crate};
#[cfg(unix)]
pub(crate) use isolation::{IsolationArgs, SandboxKind};
pub(crate) use new::NewArgs;
pub(crate) use options::{LoadArgs, PolicyArgs, TrustArgs};
pub(crate) use worker::{
    CallWorkerArgs, DriveArgs, FuzzWorkerArgs, MethodWorkerArgs, ProbeArgs, SequenceWorkerArgs,
    ServeArgs, WorkerCommand,
};

const AFTER_HELP: &str = "\
Exit codes:
  0  success
  1  failure
  2  wrong usage, or a file or directory that does not exist
  3  a plugin is incompatible
  4  a plugin was refused by policy
  5  a plugin crashed or panicked
  6  a plugin timed out

Run `plugin-host COMMAND --help` for the options of a command and an example.";

/// Creates, lists, checks, runs and watches plugins.
#[derive(Parser)]
#[command(version, about, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// When to print colors.
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto", global = true)]
    pub(crate) color: ColorWhen,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create an application, or a plugin, an interface or a host.
    #[command(after_help = NEW_EXAMPLES)]
    New(NewArgs),
    /// Examine this machine and a project, and say how to mend what is wrong (runs no plugin code).
    #[command(after_help = "Example: plugin-host doctor my-app")]
    Doctor(DoctorArgs),
    /// List the plugins in directories (runs no plugin code).
    #[command(after_help = "Example: plugin-host list plugins")]
    List(ListArgs),
    /// Print the metadata of a library (runs no plugin code).
    #[command(after_help = "Example: plugin-host inspect plugins/libshout.so")]
    Inspect(InspectArgs),
    /// Load every plugin in a directory, call the greeters, and unload.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Load the plugins in a directory and reload each when its file changes.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(WatchArgs),
    /// Build a plugin at each save, and replace the running version.
    #[command(after_help = DEV_EXAMPLES)]
    Dev(DevArgs),
    /// Run every check on a library or directory and print the results.
    #[command(after_help = "Example: plugin-host check plugins/libshout.so")]
    Check(CheckArgs),
    /// Print a C header for writing a plugin in C (runs no plugin code).
    #[command(after_help = "Example: plugin-host header plugins/libshout.so Tool -o tool.h")]
    Header(HeaderArgs),
    /// Compare the interfaces of two libraries and report whether they are compatible (runs no
    /// plugin code).
    #[command(after_help = "Example: plugin-host diff released/libshout.so build/libshout.so")]
    Diff(DiffArgs),
    /// Approve the plugins in a directory as they are now (runs no plugin code).
    #[command(after_help = "Example: plugin-host lock plugins")]
    Lock(LockArgs),
    /// Sign plugins for hosts that trust your key (runs no plugin code).
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(SignArgs),
    /// Compare the plugins in a directory with its lock (runs no plugin code).
    #[command(after_help = "Example: plugin-host verify plugins")]
    Verify(VerifyArgs),
    /// Call a method of a plugin, or a function of a plain C library.
    #[command(after_help = CALL_EXAMPLES)]
    Call(CallArgs),
    /// Call the methods of a library with random values, and print the calls that fail.
    #[command(after_help = FUZZ_EXAMPLES)]
    Fuzz(FuzzArgs),
    /// Print the completions for a shell.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Print the manual page of a command, or write the pages of all.
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArgs),
    #[command(flatten)]
    Worker(WorkerCommand),
}

const NEW_EXAMPLES: &str = "\
Examples:
  plugin-host new my-app
  plugin-host new my-app --framework path=../rust-plugin-system
  plugin-host new --plugin shout --for ../tool
  plugin-host new --plugin shout --like plugins/libother.so
  plugin-host new --plugin shout --c --for target/debug/libother.so
  plugin-host new --interface tool
  plugin-host new --host my-app --for ../tool

It asks nothing and uses no network. A folder that is not empty is refused.";

const FUZZ_EXAMPLES: &str = "\
Examples:
  plugin-host fuzz plugins/libshout.so
  plugin-host fuzz --interface Tool --seconds 60 --seed 7 plugins/libshout.so

The calls run in child processes. A call that fails is made again with smaller
values, until it is short.";

const SIGN_EXAMPLES: &str = "\
Examples:
  plugin-host sign --new-key plugins.key
  plugin-host sign --key plugins.key plugins/libshout.so
  minisign -S -m plugins/libshout.so -t \"$(plugin-host sign --comment plugins/libshout.so)\"";

const RUN_EXAMPLES: &str = "\
Examples:
  plugin-host run --build example-plugins
  plugin-host run plugins --gdb -- -ex 'break shout::apply' -ex run";

const WATCH_EXAMPLES: &str = "\
Examples:
  plugin-host watch plugins
  plugin-host watch --call 'foo() -> int' build/libfoo.so

Ctrl-C unloads everything and stops; a second Ctrl-C stops at once.";

const DEV_EXAMPLES: &str = "\
Examples:
  plugin-host dev shout --call 'Tool.apply \"hello\"'
  plugin-host dev plugins/shout --into plugins -- cargo run --package app

Ctrl-C stops. A save that does not build, or that hosts would refuse, changes nothing.";

const CALL_EXAMPLES: &str = "\
Examples:
  plugin-host call plugins/libshout.so Tool.apply '\"hello\"'
  plugin-host call build/libfoo.so 'scale(double, int) -> double' 1.5 2";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  plugin-host completions bash > ~/.local/share/bash-completion/completions/plugin-host
  plugin-host completions zsh > ~/.zfunc/_plugin-host
  plugin-host completions fish > ~/.config/fish/completions/plugin-host.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  plugin-host man check | man -l -
  plugin-host man --output ~/.local/share/man/man1";

/// Parses the arguments of `cargo-plugin`. Cargo puts `plugin` before those that
/// follow it; a child process of this program has them without.
pub(crate) fn of_cargo(arguments: impl Iterator<Item = OsString>) -> Cli {
    let mut arguments: Vec<_> = arguments.collect();
    if arguments.get(1).is_some_and(|argument| argument == "plugin") {
        arguments.remove(1);
    }
    let matches = Cli::command().bin_name("cargo plugin").get_matches_from(arguments);
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Returns the program and its commands, without those for its child processes.
pub(crate) fn described() -> clap::Command {
    let all = Cli::command();
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let commands: Vec<_> = shown.collect();
    let program = clap::Command::new("plugin-host").version(env!("CARGO_PKG_VERSION"));
    let about = all.get_about().cloned().unwrap_or_default();
    program
        .about(about)
        .after_help(AFTER_HELP)
        .subcommand_required(true)
        .subcommands(commands)
        .args(all.get_arguments().filter(|argument| argument.is_global_set()).cloned())
}

impl Command {
    /// Returns `true` if the output is read by a program.
    pub(crate) fn json(&self) -> bool {
        match self {
            Command::Doctor(args) => args.json,
            Command::List(args) => args.json,
            Command::Inspect(args) => args.json,
            Command::Run(args) => args.json,
            Command::Watch(args) => args.json,
            Command::Dev(args) => args.json,
            Command::Check(args) => args.json,
            Command::Diff(args) => args.json,
            Command::Lock(args) => args.json,
            Command::Verify(args) => args.json,
            Command::Sign(args) => args.json,
            Command::Call(args) => args.json,
            Command::Fuzz(args) => args.json,
            Command::New(_) | Command::Header(_) | Command::Completions(_) => false,
            Command::Man(_) | Command::Worker(_) => false,
        }
    }

    /// Returns `true` if code of plugins runs, here or in children.
    pub(crate) fn runs_plugins(&self) -> bool {
        match self {
            // A debugger reads commands from stdin.
            Command::Run(args) => !args.gdb,
            Command::Watch(_) | Command::Check(_) | Command::Call(_) => true,
            Command::New(_) | Command::Doctor(_) => false,
            // Nothing that they print is shown.
            Command::Fuzz(_) => false,
            // Its children take care of it, and it reads keys.
            Command::Dev(_) => false,
            Command::List(_) | Command::Inspect(_) => false,
            Command::Header(_) | Command::Diff(_) => false,
            Command::Lock(_) | Command::Verify(_) | Command::Sign(_) => false,
            Command::Completions(_) | Command::Man(_) => false,
            // The parent took care of it.
            Command::Worker(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }
}
