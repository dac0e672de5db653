//! Drives one library in a process of its own, which may crash or hang.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::cli::{LoadArgs, PolicyArgs};
use crate::exit::Exit;
use crate::report::run::{RejectedReport, Report};

/// What became of a library in a child process, whose plugins are kept from
/// stdout if `is_quiet`.
pub(crate) fn drive_isolated(
    args: &LoadArgs,
    path: &Path,
    greet: &str,
    is_quiet: bool,
) -> anyhow::Result<(Report, Exit)> {
    let deadline = args.probe_timeout;
    let folder = tempfile::tempdir().context("cannot make a temporary directory")?;
    let report = folder.path().join("report");
    let mut command = again("drive", &args.policy)?;
    command.arg("--report").arg(&report).arg(format!("--greet={greet}")).arg("--").arg(path);
    if is_quiet {
        // Stdout is the report's: what plugins print goes beside it.
        command.stdout(io::stderr());
    }
    let mut child = command.spawn().context("cannot start this program once more")?;
    let Some(status) = wait(&mut child, Some(deadline))? else {
        let error = format!("did not answer within {deadline:?}");
        return Ok(refused(path, &error, Exit::TimedOut));
    };
    let written = std::fs::read(&report).ok();
    let report = written.and_then(|bytes| serde_json::from_slice::<Report>(&bytes).ok());
    match (report, Exit::of(status)) {
        (Some(report), Some(exit)) => Ok((report, exit)),
        // It crashed after all was said, or before.
        _ => Ok(refused(path, &plugin_interface::describe_exit(status), Exit::Crashed)),
    }
}

/// This program once more, with a command and the same policy. It is to end
/// with this one, as whoever ends it in time is gone then.
pub(crate) fn again(name: &str, policy: &PolicyArgs) -> anyhow::Result<Command> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let mut command = Command::new(program);
    command.arg(name);
    command.args(policy.pin.iter().map(|digest| format!("--pin={digest}")));
    command.args(policy.deny.iter().map(|package| format!("--deny={package}")));
    if policy.allow_world_writable {
        command.arg("--allow-world-writable");
    }
    Ok(command)
}

/// Waits for a child, and ends it when its time is over, if that is limited.
pub(crate) fn wait(
    child: &mut Child,
    deadline: Option<Duration>,
) -> anyhow::Result<Option<ExitStatus>> {
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

fn refused(path: &Path, how: &str, exit: Exit) -> (Report, Exit) {
    let file = path.display().to_string();
    let error = format!("{file} failed in a process of its own: {how}");
    let rejected = vec![RejectedReport { file, error }];
    (Report { rejected, ..Report::default() }, exit)
}
