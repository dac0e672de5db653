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
    /// File for the report.
    #[arg(long)]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}
