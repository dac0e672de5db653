//! Hidden commands, which this program runs in its child processes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::commands::WatchArgs;
use crate::cli::options::{FunctionArgs, PolicyArgs};

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
