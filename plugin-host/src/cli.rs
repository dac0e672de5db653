//! The arguments, and which command they ask for.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 all well, 1 failed, 2 usage, 3 incompatible, \
4 refused by policy, 5 a plugin crashed or panicked, 6 a plugin timed out";

/// Lists, builds and runs plugins.
#[derive(Parser)]
#[command(version, about, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show what the libraries of directories say of themselves; runs none of them.
    List(ListArgs),
    /// Show everything that one library says of itself; runs none of it.
    Inspect(InspectArgs),
    /// Load every plugin of a directory, call the greeters, unload, and count.
    Run(RunArgs),
    /// Load the plugins of a directory, and replace each as soon as its file changes.
    Watch(WatchArgs),
    /// Put libraries to the test, and say of each check how it went.
    Check(CheckArgs),
    /// Print a C header to write a plugin of an interface against; runs no library.
    Header(HeaderArgs),
    /// Say what changed between the interfaces of two libraries, and whether hosts
    /// and plugins of both still fit; runs neither.
    Diff(DiffArgs),
    /// Call a function of a plain library, such as one of C, by its name.
    Call(CallArgs),
    /// What runs in the child process in which a function is called.
    #[command(hide = true)]
    Called(CalledArgs),
    /// What runs in the child process in which functions are watched.
    #[command(hide = true)]
    Watched(WatchArgs),
    /// What runs in the child process in which a run drives a library.
    #[command(hide = true)]
    Drive(DriveArgs),
    /// What runs in the child process that tries a library first.
    #[command(hide = true)]
    Probe(ProbeArgs),
}

#[derive(Args)]
pub(crate) struct ListArgs {
    /// The directories to look into.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct InspectArgs {
    /// The library.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct HeaderArgs {
    /// A library that has the interface.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The interface, by its name or its full path.
    #[arg(value_name = "INTERFACE")]
    pub(crate) interface: String,
    /// Write it to a file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// The library as it was.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The library as it is.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// A library, or a directory of them.
    #[arg(value_name = "FILE|DIR")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A function of a library, and what it is called with.
#[derive(Args)]
pub(crate) struct OneCallArgs {
    /// The library.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The function, as in `scale(double, int) -> double`. That it is so is not
    /// checked: nothing in a library of C tells.
    pub(crate) signature: String,
    /// Its arguments: numbers, `true` or `false`, texts.
    #[arg(value_name = "ARGS", allow_hyphen_values = true, trailing_var_arg = true)]
    pub(crate) arguments: Vec<String>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct CallArgs {
    #[command(flatten)]
    pub(crate) call: OneCallArgs,
    /// How many seconds the function has; without, as many as it takes.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Args)]
pub(crate) struct CalledArgs {
    #[command(flatten)]
    pub(crate) call: OneCallArgs,
    #[arg(long)]
    pub(crate) report: PathBuf,
}

#[derive(Args)]
pub(crate) struct DriveArgs {
    pub(crate) library: PathBuf,
    #[arg(long)]
    pub(crate) greet: String,
    #[arg(long)]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct ProbeArgs {
    /// Whom to greet.
    pub(crate) target: String,
    pub(crate) library: PathBuf,
    pub(crate) copy: PathBuf,
}

/// What is refused, whatever it is.
#[derive(Args)]
pub(crate) struct PolicyArgs {
    /// Load only libraries of these SHA-256 digests.
    #[arg(long, value_name = "SHA256")]
    pub(crate) pin: Vec<String>,
    /// Refuse the plugins of these packages.
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) deny: Vec<String>,
    /// Load libraries that everybody may write, or replace.
    #[arg(long)]
    pub(crate) allow_world_writable: bool,
}

/// How libraries are loaded.
#[derive(Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Load into this process, and not into a child for each library.
    #[arg(long)]
    pub(crate) no_probe: bool,
    /// How many seconds a library has in that child process.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    pub(crate) probe_timeout: Duration,
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
    pub(crate) greet: String,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct WatchArgs {
    /// The directory of the plugins, which may come and go; or a plain library,
    /// with --call.
    #[arg(value_name = "DIR|FILE")]
    pub(crate) directory: PathBuf,
    /// Call a function of a plain library again and again, while it is rebuilt: one
    /// without parameters, as in `foo() -> int`.
    #[arg(long, value_name = "SIGNATURE", conflicts_with_all = ["recursive", "debounce", "poll", "greet", "json"])]
    pub(crate) call: Vec<String>,
    /// How often to call it, as in `1s` or `200ms`.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = time, requires = "call")]
    pub(crate) every: Duration,
    /// How many times to call it; without, for ever.
    #[arg(long, value_name = "COUNT", requires = "call")]
    pub(crate) count: Option<u64>,
    /// Watch the directories below too.
    #[arg(long)]
    pub(crate) recursive: bool,
    /// For how long nothing must be seen of a writer that does not close its file.
    #[arg(long, value_name = "MILLISECONDS", default_value = "100")]
    pub(crate) debounce: u64,
    /// Compare files this often, where the file system tells of no changes.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<Duration>,
    /// Whom to greet.
    #[arg(long, value_name = "NAME", default_value = "world")]
    pub(crate) greet: String,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Print JSON, a line for each event. What plugins print goes to stderr.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A time of more than nothing.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("expected a number of seconds greater than 0".to_owned()),
    }
}

/// A time with its unit.
fn time(text: &str) -> Result<Duration, String> {
    match text.strip_suffix("ms") {
        Some(milliseconds) => seconds(milliseconds).map(|time| time / 1000),
        None => seconds(text.strip_suffix('s').unwrap_or(text)),
    }
}
