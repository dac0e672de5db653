//! Options that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use plugin_interface::Requirement;

use crate::cli::duration::seconds;

/// The options of the load policy.
#[derive(Args)]
pub(crate) struct PolicyArgs {
    /// Load only libraries with these SHA-256 digests.
    #[arg(long, value_name = "SHA256")]
    pub(crate) pin: Vec<String>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// Configure the plugins by this plugins.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Refuse the plugins of these packages.
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) deny: Vec<String>,
    /// Also load libraries that anyone can modify or replace.
    #[arg(long)]
    pub(crate) allow_world_writable: bool,
    /// Also load what links in a directory lead to if it is another user's.
    #[arg(long)]
    pub(crate) allow_links_outside: bool,
    /// Keep the loaded copies here, for debuggers and profilers.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep_copies: Option<PathBuf>,
    /// Directory for the copies of a child process.
    #[arg(long, hide = true, conflicts_with = "keep_copies")]
    pub(crate) copies: Option<PathBuf>,
}

/// The options for files that were approved.
#[derive(Args)]
pub(crate) struct TrustArgs {
    /// Load only files that this plugins.lock approves.
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,
    /// Load only files that a key of this file signed.
    ///
    /// Each signature is the file FILE.minisig beside its library.
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_keys: Option<PathBuf>,
    /// Needed approval.
    ///
    /// The default is what --lock and --trusted-keys say.
    #[arg(long, value_name = "APPROVAL", value_enum)]
    pub(crate) require: Option<Required>,
    /// Load the file of this name also without a signature.
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_unsigned: Vec<String>,
    /// Load the files of this directory also without an approval.
    ///
    /// They are neither compared with a lock nor asked for a signature.
    #[arg(long, value_name = "DIR")]
    pub(crate) unapproved_in: Vec<PathBuf>,
    /// Refuse the digests and keys that this plugins.revoked lists.
    #[arg(long, value_name = "FILE")]
    pub(crate) revoked: Option<PathBuf>,
}

impl TrustArgs {
    /// Returns `true` if there is something to say about each file.
    pub(crate) fn is_given(&self) -> bool {
        let is_listed = self.lock.is_some() || self.revoked.is_some();
        is_listed || self.trusted_keys.is_some() || self.require.is_some()
    }
}

/// The approval that a file needs.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Required {
    /// None.
    Any,
    /// It is in the lock.
    Locked,
    /// A trusted key signed it.
    Signed,
    /// Both.
    LockedAndSigned,
}

impl From<Required> for Requirement {
    fn from(required: Required) -> Self {
        match required {
            Required::Any => Requirement::Any,
            Required::Locked => Requirement::Locked,
            Required::Signed => Requirement::Signed,
            Required::LockedAndSigned => Requirement::LockedAndSigned,
        }
    }
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

/// A method of a plugin, or a function of a plain library, and its arguments.
#[derive(Args)]
pub(crate) struct FunctionArgs {
    /// Library to open.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Method, as in `Tool.apply`, or signature of a C function, as in
    /// `scale(double, int) -> double`.
    ///
    /// A C library does not contain signatures, so it cannot be checked: a wrong
    /// one may crash the call.
    #[arg(value_name = "TARGET")]
    pub(crate) signature: String,
    /// Arguments: JSON for a method; numbers, `true`, `false` or texts for a
    /// function.
    #[arg(value_name = "ARGS", allow_hyphen_values = true, trailing_var_arg = true)]
    pub(crate) arguments: Vec<String>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}
