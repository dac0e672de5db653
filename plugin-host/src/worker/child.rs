//! Child processes of this program, seen from the parent.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::cli::PolicyArgs;

/// The report that a child process writes to a file, as stdout is the plugins'.
pub(crate) struct ReportFile {
    path: PathBuf,
    #[expect(dead_code, reason = "deletes the directory of the file when dropped")]
    directory: TempDir,
}

impl ReportFile {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().is_empty() {
            // An empty TMPDIR would mean the current directory.
            parent.push("/tmp");
        }
        let directory = TempDir::new_in(parent).context("cannot create a temporary directory")?;
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
    command.args(policy.deny.iter().map(|package| format!("--deny={package}")));
    if policy.allow_world_writable {
        command.arg("--allow-world-writable");
    }
    Ok(command)
}

/// Starts a child process of this program.
pub(crate) fn start(command: &mut Command) -> anyhow::Result<Child> {
    command.spawn().context("cannot start a child process of this program")
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
