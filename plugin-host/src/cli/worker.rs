//! Hidden commands, which this program runs in its child processes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::commands::WatchArgs;
use crate::cli::duration::with_unit;
use crate::cli::options::{FunctionArgs, LoadArgs, PolicyArgs};
use crate::worker::repeated_calls::RepeatedCall;

#[derive(Subcommand)]
pub(crate) enum WorkerCommand {
    /// Load, call and unload one library for `run`.
    #[command(hide = true)]
    Drive(DriveArgs),
    /// Try a library before the host loads it.
    #[command(hide = true)]
    Probe(ProbeArgs),
    /// Call one function for `call`.
    #[command(hide = true)]
    Called(CallWorkerArgs),
    /// Call one method for `call`.
    #[command(hide = true)]
    Method(MethodWorkerArgs),
    /// Make random calls for `fuzz`.
    #[command(hide = true)]
    Fuzzed(FuzzWorkerArgs),
    /// Make calls one after the other for `check --record` and `--replay`.
    #[command(hide = true)]
    Sequence(SequenceWorkerArgs),
    /// Hold the current version of a plugin for `dev`.
    #[command(hide = true)]
    Serve(ServeArgs),
    /// Call functions repeatedly for `watch --call`.
    #[command(hide = true)]
    Watched(WatchArgs),
}

#[derive(Args)]
pub(crate) struct DriveArgs {
    pub(crate) library: PathBuf,
    #[arg(long)]
    pub(crate) greet: String,
    /// File for the report.
    #[arg(long)]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct ProbeArgs {
    /// Name to pass to greeters.
    pub(crate) target: String,
    pub(crate) library: PathBuf,
    pub(crate) copy: PathBuf,
    /// Calls to make besides.
    #[arg(long = "call")]
    pub(crate) calls: Vec<RepeatedCall>,
}

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[arg(long = "call")]
    pub(crate) calls: Vec<RepeatedCall>,
    #[arg(long, value_parser = with_unit)]
    pub(crate) every: Option<Duration>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
}

#[derive(Args)]
pub(crate) struct CallWorkerArgs {
    #[command(flatten)]
    pub(crate) function: FunctionArgs,
    /// File for the report.
    #[arg(long)]
    pub(crate) report: PathBuf,
}

#[derive(Args)]
pub(crate) struct MethodWorkerArgs {
    pub(crate) library: PathBuf,
    /// Full path of the interface.
    pub(crate) interface: String,
    pub(crate) method: String,
    /// Arguments, a list in JSON.
    pub(crate) arguments: String,
    #[arg(long)]
    pub(crate) plugin: Option<String>,
    #[arg(long, default_value_t = 1)]
    pub(crate) repeat: u64,
    /// File for the report.
    #[arg(long)]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct FuzzWorkerArgs {
    pub(crate) library: PathBuf,
    /// Full path of the interface.
    pub(crate) interface: String,
    #[arg(long)]
    pub(crate) plugin: Option<String>,
    #[arg(long)]
    pub(crate) seed: u64,
    /// Number of the first call.
    #[arg(long)]
    pub(crate) from: u64,
    /// Number after the last call.
    #[arg(long)]
    pub(crate) until: Option<u64>,
    /// File for the number of the call that runs.
    #[arg(long)]
    pub(crate) at: PathBuf,
    /// File for the faults of calls that returned.
    #[arg(long)]
    pub(crate) found: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct SequenceWorkerArgs {
    pub(crate) library: PathBuf,
    /// File with the calls.
    #[arg(long)]
    pub(crate) calls: PathBuf,
    /// File for the outcome of each call, a line of JSON.
    #[arg(long)]
    pub(crate) outcomes: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}
