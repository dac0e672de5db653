//! The child process of a call, which may crash or hang.

use std::process::Command;

use serde::de::DeserializeOwned;

use crate::cli::CallArgs;
use crate::exit::Exit;
use crate::output::print_failure;
use crate::signals::heed_interrupt_of;
use crate::worker::child::{Passed, ReportFile, start, wait};

/// Starts a child process that calls, and waits for it. Returns what it wrote to its
/// report, and its exit code; `Err` has the exit code of one that wrote none, which
/// was reported.
pub(super) fn in_child<R: DeserializeOwned>(
    args: &CallArgs,
    called: &str,
    command: &mut Command,
    report: &ReportFile,
) -> anyhow::Result<Result<(R, Exit), Exit>> {
    Passed::prepare(command);
    let mut child = start(command)?;
    let passed = Passed::start(&mut child);
    let called = format!("{}: {called}", args.function.file.display());
    let waited = wait(&mut child, args.timeout)?;
    heed_interrupt_of(waited);
    passed.finish();
    let Some(status) = waited else {
        print_failure(&format!("{called} did not answer in time"), args.json);
        return Ok(Err(Exit::TimedOut));
    };
    let Some(reply) = report.read() else {
        let how = plugin_interface::describe_exit(status);
        print_failure(&format!("{called} crashed: {how}"), args.json);
        return Ok(Err(Exit::Crashed));
    };
    Ok(Ok((reply, Exit::of(status).unwrap_or(Exit::Crashed))))
}
