//! One call in a child process of its own, as `call` makes it.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::fault::{Failure, Kind, REPEAT};
use crate::cli::FuzzArgs;
use crate::worker::child::{ReportFile, again, start, wait};
use crate::worker::{Fault, MethodReply};

/// Makes one call, or several to see whether memory is kept. Returns what went
/// wrong.
pub(super) fn one_call(
    args: &FuzzArgs,
    interface: &str,
    method: &str,
    arguments: &[Value],
    is_repeated: bool,
) -> anyhow::Result<Option<Failure>> {
    let report = ReportFile::new()?;
    let mut command = again("method", &args.policy)?;
    command.arg("--report").arg(report.path());
    command.args(args.plugin.iter().map(|name| format!("--plugin={name}")));
    command.args(is_repeated.then(|| format!("--repeat={REPEAT}")));
    command.arg("--").arg(&args.file).args([interface, method]);
    command.arg(serde_json::to_string(arguments)?);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let times = if is_repeated { 10 } else { 1 };
    // The load takes some time too.
    let deadline = args.timeout * times + Duration::from_millis(100);
    let status = wait(&mut start(&mut command)?, Some(deadline))?;
    let failure = |kind, message: String| Some(Failure { kind, message });
    let Some(status) = status else {
        // Many calls may take longer than they may.
        return Ok(failure(Kind::Hung, String::new()).filter(|_| !is_repeated));
    };
    let Some(reply) = report.read::<MethodReply>() else {
        return Ok(failure(Kind::Crashed, plugin_interface::describe_exit(status)));
    };
    let message = reply.answer.err().unwrap_or_default();
    Ok(match (reply.fault, reply.kept) {
        (Some(Fault::Panicked), _) => failure(Kind::Panicked, message),
        (Some(Fault::Invalid), _) => failure(Kind::Invalid, message),
        (None, Some(kept)) => failure(Kind::Kept, format!("{kept} bytes with each call")),
        (None, None) => None,
    })
}
