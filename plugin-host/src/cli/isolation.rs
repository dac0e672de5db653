//! The options of a process that has one library.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::bytes::bytes;
use crate::cli::duration::seconds;

/// The limits and the sandbox of a worker, which is the process of one library.
#[derive(Args)]
pub(crate) struct IsolationArgs {
    /// Limit the memory of that process, such as 256M.
    #[arg(long, value_name = "BYTES", requires = "isolated", value_parser = bytes)]
    pub(crate) memory: Option<u64>,
    /// Limit the processor time of that process.
    #[arg(long, value_name = "SECONDS", requires = "isolated", value_parser = seconds)]
    pub(crate) processor_time: Option<Duration>,
    /// Limit the files that that process has open.
    #[arg(long, value_name = "NUMBER", requires = "isolated")]
    pub(crate) files: Option<u64>,
    /// Let it only compute (Linux).
    #[arg(long, value_name = "KIND", requires = "isolated")]
    pub(crate) sandbox: Option<SandboxKind>,
    /// In the sandbox, allow to read a file, or all below a folder.
    #[arg(long, value_name = "PATH", requires = "sandbox")]
    pub(crate) allow_read: Vec<PathBuf>,
    /// In the sandbox, allow to write a file, or all below a folder.
    #[arg(long, value_name = "PATH", requires = "sandbox")]
    pub(crate) allow_write: Vec<PathBuf>,
    /// In the sandbox, allow to connect to a port by TCP.
    #[arg(long, value_name = "PORT", requires = "sandbox")]
    pub(crate) allow_connect: Vec<u16>,
    /// In the sandbox, allow to listen at a port by TCP.
    #[arg(long, value_name = "PORT", requires = "sandbox")]
    pub(crate) allow_listen: Vec<u16>,
}

/// What becomes of a library whose sandbox the kernel does not enforce.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SandboxKind {
    /// Refuse a library if the kernel does not enforce all of it.
    Strict,
    /// Go on with what the kernel enforces, and say what is missing.
    BestEffort,
}
