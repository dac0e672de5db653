//! Child processes of this program, seen from the parent.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use plugin_interface::Requirement;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::cli::{PolicyArgs, TrustArgs};
use crate::streams::{is_reserved, print_bytes};
use crate::worker::session_directory;

/// The report that a child process writes to a file, as stdout is the plugins'.
pub(crate) struct ReportFile {
    path: PathBuf,
    #[expect(dead_code, reason = "deletes the directory of the file when dropped")]
    directory: TempDir,
}

impl ReportFile {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let directory = TempDir::new_in(session_directory::path()?)
            .context("cannot create a temporary directory")?;
        Ok(ReportFile { path: directory.path().join("report"), directory })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the report; `None` if the child did not finish writing it.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let written = std::fs::read(&self.path).ok()?;
        serde_json::from_slice(&written).ok()
    }
}

/// Returns the command that starts this program again with the same policy.
///
/// The child must end when this process does: nothing else enforces its time
/// limit.
pub(crate) fn again(name: &str, policy: &PolicyArgs) -> anyhow::Result<Command> {
    let program = std::env::current_exe().context("cannot find the file of this program")?;
    let mut command = Command::new(program);
    command.arg(name);
    command.args(policy.pin.iter().map(|digest| format!("--pin={digest}")));
    trust(&mut command, &policy.trust);
    command.args(policy.config.iter().map(|file| format_option("--config=", file)));
    command.args(policy.deny.iter().map(|package| format!("--deny={package}")));
    if policy.allow_world_writable {
        command.arg("--allow-world-writable");
    }
    if policy.allow_links_outside {
        command.arg("--allow-links-outside");
    }
    let copies = match &policy.keep_copies {
        Some(directory) => format_option("--keep-copies=", directory),
        None => format_option("--copies=", &session_directory::path()?),
    };
    command.arg(copies);
    Ok(command)
}

/// Adds the options for files that were approved.
fn trust(command: &mut Command, trust: &TrustArgs) {
    command.args(trust.lock.iter().map(|lock| format_option("--lock=", lock)));
    command.args(trust.trusted_keys.iter().map(|keys| format_option("--trusted-keys=", keys)));
    command.args(trust.revoked.iter().map(|list| format_option("--revoked=", list)));
    let required = trust.require.map(Requirement::from);
    command.args(required.map(|required| format!("--require={required}")));
    let folders = trust.unapproved_in.iter();
    command.args(folders.map(|folder| format_option("--unapproved-in=", folder)));
    command.args(trust.allow_unsigned.iter().map(|name| format!("--allow-unsigned={name}")));
}

fn format_option(name: &str, value: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}

/// Starts a child process of this program.
pub(crate) fn start(command: &mut Command) -> anyhow::Result<Child> {
    command.spawn().context("cannot start a child process of this program")
}

/// The output of a child on its way to this program's.
///
/// Plugins panic if they print and the reader of stdout, such as `head`, has
/// gone away. So they print to this process, which goes on reading.
pub(crate) struct Passed(Option<Receiver<()>>);

impl Passed {
    /// Lets a child print to this process, unless stdout is a terminal or the
    /// output of plugins goes to stderr.
    pub(crate) fn prepare(command: &mut Command) {
        if !io::stdout().is_terminal() && !is_reserved() {
            command.stdout(Stdio::piped());
        }
    }

    /// Passes on what the child prints.
    pub(crate) fn start(child: &mut Child) -> Self {
        let Some(mut output) = child.stdout.take() else { return Passed(None) };
        let (ended, has_ended) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 1 << 12];
            while let Ok(len @ 1..) = output.read(&mut bytes) {
                // The report follows, which is refused for the same reason.
                let _ = print_bytes(&bytes[..len]);
            }
            drop(ended);
        });
        Passed(Some(has_ended))
    }

    /// Waits for the last of it, but not for processes that the child left.
    pub(crate) fn finish(self) {
        const PATIENCE: Duration = Duration::from_millis(200);
        if let Some(has_ended) = self.0 {
            let _ = has_ended.recv_timeout(PATIENCE);
        }
    }
}

/// Waits for a child. Kills it and returns `None` when its time is over.
pub(crate) fn wait(
    child: &mut Child,
    deadline: Option<Duration>,
) -> io::Result<Option<ExitStatus>> {
    let end = deadline.and_then(|deadline| Instant::now().checked_add(deadline));
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if end.is_some_and(|end| Instant::now() > end) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(1));
    }
}
