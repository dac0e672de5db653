//! What the loop of `dev` waits for.

use cargo_metadata::diagnostic::Diagnostic;
use plugin_interface::dev::DevReport;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::worker::ServeReply;

/// Something that happened.
pub(super) enum Event {
    /// Files changed, or the system cannot tell any more.
    Files(notify::Result<notify::Event>),
    /// A build has finished this many packages.
    Progress { build: u64, done: usize },
    /// A compiler has something to say.
    Diagnostic { build: u64, diagnostic: Box<Diagnostic> },
    /// A build has ended.
    Built { build: u64, outcome: BuildOutcome },
    /// The process that holds the plugin has answered.
    Served { server: u64, reply: Box<ServeReply> },
    /// It has ended.
    ServerEnded { server: u64 },
    /// The user's own host has a report.
    HostReported(DevReport),
    /// The user's own host has ended.
    HostEnded(Option<ExitStatus>),
    /// A key was pressed.
    #[cfg_attr(not(unix), expect(dead_code, reason = "keys are read on Unix only"))]
    Key(u8),
    /// The user wants to stop.
    Interrupt,
}

/// How a build ended.
pub(super) struct BuildOutcome {
    /// The library; `None` if the build failed.
    pub(super) library: Option<PathBuf>,
    /// What cargo says besides the compiler.
    pub(super) said: String,
    /// `true` if a compiler reported an error.
    pub(super) has_diagnostics: bool,
    pub(super) took: Duration,
}
