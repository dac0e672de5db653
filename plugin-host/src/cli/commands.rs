//! The arguments of each command.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap_complete::Shell;

use crate::cli::duration::{seconds, with_unit};
use crate::cli::golden::GoldenArgs;
#[cfg(unix)]
use crate::cli::isolation::IsolationArgs;
use crate::cli::options::{FunctionArgs, LoadArgs, PolicyArgs, TrustArgs};
use crate::worker::repeated_calls::RepeatedCall;

#[derive(Args)]
pub(crate) struct DoctorArgs {
    /// Folder of the project.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    /// Directories to list.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// List what a host of all these directories would load.
    ///
    /// Later directories have precedence: the last one that has a package counts.
    ///
    /// Missing directories are left out.
    #[arg(long)]
    pub(crate) layers: bool,
    /// List what a host of this interface would load, and what it would refuse.
    ///
    /// Its name, or its full path if several are named so.
    ///
    /// A host also compares the methods, which are not known here.
    #[arg(long, value_name = "INTERFACE")]
    pub(crate) interface: Option<String>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct InspectArgs {
    /// Library to inspect.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print a bill of materials as `CycloneDX` in JSON instead.
    #[arg(long)]
    pub(crate) sbom: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// Directories of plugins, or of their sources with --build.
    ///
    /// Later directories have precedence: the last one that has a package counts.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// Build the sources below DIR first, then run the result.
    ///
    /// Builds cdylib crates with cargo and folders that have a Makefile with make.
    #[arg(long)]
    pub(crate) build: bool,
    /// Build with optimizations.
    #[arg(long, requires = "build")]
    pub(crate) release: bool,
    /// Name to pass to greeters.
    #[arg(long, value_name = "NAME", default_value = "world")]
    pub(crate) greet: String,
    /// Run each library under gdb, which has the terminal.
    #[arg(long, conflicts_with_all = ["json", "no_probe"])]
    pub(crate) gdb: bool,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Load each library in a process of its own, as a host does that isolates it.
    #[cfg(unix)]
    #[arg(long, conflicts_with_all = ["gdb", "no_probe"])]
    pub(crate) isolated: bool,
    #[cfg(unix)]
    #[command(flatten)]
    pub(crate) isolation: IsolationArgs,
    /// Print JSON; the plugins' own output goes to stderr.
    #[arg(long)]
    pub(crate) json: bool,
    /// Arguments for gdb, as in `-ex 'break shout::apply' -ex run`.
    #[arg(value_name = "GDB", last = true, requires = "gdb")]
    pub(crate) debugger: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct WatchArgs {
    /// Directory of plugins; with --call, a plain library.
    #[arg(value_name = "DIR|FILE")]
    pub(crate) path: PathBuf,
    /// Call this function of a plain library repeatedly while it is rebuilt.
    ///
    /// The function has no parameters, as in `foo() -> int`. Repeat the option for
    /// several functions.
    #[arg(long, value_name = "SIGNATURE", conflicts_with_all = ["recursive", "debounce", "poll", "greet", "json"])]
    pub(crate) call: Vec<String>,
    /// Time between two calls, as in `1s` or `200ms`.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = with_unit, requires = "call")]
    pub(crate) every: Duration,
    /// Number of calls before the watch ends [default: no end].
    #[arg(long, value_name = "COUNT", requires = "call")]
    pub(crate) count: Option<u64>,
    /// Never unmap an old version: for libraries that leave pointers behind.
    #[arg(long, requires = "call")]
    pub(crate) retain: bool,
    /// Also watch the directories below DIR.
    #[arg(long)]
    pub(crate) recursive: bool,
    /// Quiet time before an open file counts as completely written.
    #[arg(long, value_name = "MILLISECONDS", default_value = "100")]
    pub(crate) debounce: u64,
    /// Compare files at this interval, for file systems that report no changes.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<Duration>,
    /// Name to pass to greeters.
    #[arg(long, value_name = "NAME", default_value = "world")]
    pub(crate) greet: String,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Load each library in a process of its own, and call its greeters there.
    #[cfg(unix)]
    #[arg(long, conflicts_with_all = ["call", "no_probe"])]
    pub(crate) isolated: bool,
    #[cfg(unix)]
    #[command(flatten)]
    pub(crate) isolation: IsolationArgs,
    /// Print events as JSON; the plugins' own output goes to stderr.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DevArgs {
    /// Plugin to build: its folder, or its package in the workspace.
    #[arg(value_name = "CRATE|DIR", default_value = ".")]
    pub(crate) plugin: PathBuf,
    /// Build with optimizations.
    #[arg(long)]
    pub(crate) release: bool,
    /// Call this method after each swap, as in `Tool.apply "hello"`.
    ///
    /// The arguments are JSON. Repeat the option for several calls.
    #[arg(long = "call", value_name = "CALL", conflicts_with = "host")]
    pub(crate) calls: Vec<RepeatedCall>,
    /// Make the calls in between too, at this interval, as in `200ms`.
    #[arg(long, value_name = "TIME", value_parser = with_unit, requires = "calls")]
    pub(crate) every: Option<Duration>,
    /// Copy each good library to this directory, which your host watches.
    #[arg(long, value_name = "DIR", requires = "host")]
    pub(crate) into: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Print one line of JSON for each event, for editors.
    #[arg(long)]
    pub(crate) json: bool,
    /// Your own host, which is started once and reloads by itself.
    #[arg(value_name = "HOST", last = true)]
    pub(crate) host: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Library, or directory of libraries.
    #[arg(value_name = "FILE|DIR")]
    pub(crate) path: PathBuf,
    /// Compare the crates in each library with these `RustSec` advisories.
    ///
    /// A file, or a directory such as a clone of its database.
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) advisories: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) golden: GoldenArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Print JSON; the plugins' own output goes to stderr.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct LockArgs {
    /// Directory of plugins; the lock is written to DIR/plugins.lock.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Record which key of this file signed each plugin.
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_keys: Option<PathBuf>,
    /// Lock only files that a trusted key signed.
    #[arg(long, requires = "trusted_keys")]
    pub(crate) require_signature: bool,
    /// Lock this package although an earlier lock has a later version of it.
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) allow_downgrade: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// Directory of plugins with a plugins.lock.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Compare with this lock file instead of DIR/plugins.lock.
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct SignArgs {
    /// Libraries to sign; the signature of each is FILE.minisig.
    #[arg(value_name = "FILE", required_unless_present = "new_key")]
    pub(crate) files: Vec<PathBuf>,
    /// Secret key of minisign.
    ///
    /// Its password is asked for, or read from `PLUGIN_SIGN_PASSWORD`.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["comment", "new_key"])]
    pub(crate) key: Option<PathBuf>,
    /// Print the trusted comment that each signature must have, and sign nothing.
    #[arg(long, conflicts_with = "key")]
    pub(crate) comment: bool,
    /// Create this secret key without a password, and its public key beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "key", "comment", "json"])]
    pub(crate) new_key: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct HeaderArgs {
    /// Library that contains the interface.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Name of the interface, or its full path.
    #[arg(value_name = "INTERFACE")]
    pub(crate) interface: String,
    /// Write the header to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// Library before the change.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// Library after the change.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct CallArgs {
    #[command(flatten)]
    pub(crate) function: FunctionArgs,
    /// Plugin to call, if several of the library implement the interface.
    #[arg(long, value_name = "NAME")]
    pub(crate) plugin: Option<String>,
    /// Call a method so many times, and say whether its memory grows.
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) repeat: u64,
    /// Time limit for the call [default: none].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Print JSON; the library's own output goes to stderr. Write it before FILE.
    #[arg(long)]
    pub(crate) json: bool,
    /// Call a method as a host does that loads the library in a process of its own.
    #[cfg(unix)]
    #[arg(long)]
    pub(crate) isolated: bool,
    #[cfg(unix)]
    #[command(flatten)]
    pub(crate) isolation: IsolationArgs,
}

#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// Library to call.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Interface whose methods to call [default: all].
    #[arg(long, value_name = "NAME")]
    pub(crate) interface: Option<String>,
    /// Plugin to call, if several of the library implement the interface.
    #[arg(long, value_name = "NAME")]
    pub(crate) plugin: Option<String>,
    /// Time for random calls. To shorten a call takes more.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) seconds: Duration,
    /// Number that decides the calls.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Make so many calls at most for each interface.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) calls: Option<u64>,
    /// Time limit for one call.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to write for.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Args)]
pub(crate) struct ManArgs {
    /// Command to print the page of [default: the program].
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// Write the pages of all commands to this directory instead.
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub(crate) output: Option<PathBuf>,
}
