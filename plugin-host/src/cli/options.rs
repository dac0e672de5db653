//! Options that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::duration::seconds;

/// The options of the load policy.
#[derive(Args)]
pub(crate) struct PolicyArgs {
    /// Load only libraries with these SHA-256 digests.
    #[arg(long, value_name = "SHA256")]
    pub(crate) pin: Vec<String>,
    /// Load only files that this plugins.lock approves.
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,
    /// Refuse the plugins of these packages.
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) deny: Vec<String>,
    /// Also load libraries that anyone can modify or replace.
    #[arg(long)]
    pub(crate) allow_world_writable: bool,
    /// Keep the loaded copies here, for debuggers and profilers.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep_copies: Option<PathBuf>,
    /// Directory for the copies of a child process.
    #[arg(long, hide = true, conflicts_with = "keep_copies")]
    pub(crate) copies: Option<PathBuf>,
}

/// The options of a load.
#[derive(Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Load without trying each library in a child process first.
    #[arg(long)]
    pub(crate) no_probe: bool,
    /// Time limit for each library in its child process.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    pub(crate) probe_timeout: Duration,
}

/// A function of a plain library and its arguments.
#[derive(Args)]
pub(crate) struct FunctionArgs {
    /// Library to open.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Signature of the function, as in `scale(double, int) -> double`.
    ///
    /// A C library does not contain signatures, so it cannot be checked: a wrong
    /// one may crash the call.
    pub(crate) signature: String,
    /// Arguments: numbers, `true`, `false` or texts.
    #[arg(value_name = "ARGS", allow_hyphen_values = true, trailing_var_arg = true)]
    pub(crate) arguments: Vec<String>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}
