//! Calls of one plugin in a child process.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::output::print_error;
use crate::worker::child::{ReportFile, again, start, wait};
use crate::worker::{Outcome, Sequence};

/// The longest time until the first call.
const LOAD: Duration = Duration::from_secs(10);

/// What came of calls.
pub(super) struct Made {
    /// Those of the calls that returned.
    pub(super) outcomes: Vec<Outcome>,
    /// How the next one ended the process.
    pub(super) end: Option<End>,
}

/// How a call ended its process.
pub(super) struct End {
    pub(super) exit: Exit,
    pub(super) reason: String,
}

/// Loads the library without a call. Returns the exit code of a failure, which was
/// reported.
pub(super) fn try_load(args: &CheckArgs, sequence: &Sequence) -> anyhow::Result<Option<Exit>> {
    let none = Sequence {
        interface: sequence.interface.clone(),
        plugin: sequence.plugin.clone(),
        calls: Vec::new(),
    };
    let report = ReportFile::new()?;
    let mut command = command(args, &none, &report)?;
    let file = args.path.display();
    let Some(status) = wait(&mut start(&mut command)?, Some(LOAD))? else {
        print_error(&format!("{file}: it was not loaded within {LOAD:?}"));
        return Ok(Some(Exit::TimedOut));
    };
    if status.success() {
        return Ok(None);
    }
    Ok(Some(Exit::of(status).unwrap_or_else(|| {
        print_error(&format!("{file}: {}", plugin_interface::describe_exit(status)));
        Exit::Crashed
    })))
}

/// Makes the calls on a new instance.
pub(super) fn make(args: &CheckArgs, sequence: &Sequence) -> anyhow::Result<Made> {
    let report = ReportFile::new()?;
    let mut command = command(args, sequence, &report)?;
    command.stderr(Stdio::null());
    let mut child = start(&mut command)?;
    let outcomes = report.path().with_extension("outcomes");
    let (mut written, mut since) = (0, Instant::now());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        let now = fs::metadata(&outcomes).map_or(0, |metadata| metadata.len());
        if now != written {
            (written, since) = (now, Instant::now());
        }
        let patience = if written == 0 { LOAD } else { args.load.probe_timeout };
        if since.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(1));
    };
    let mut outcomes = read(&outcomes);
    outcomes.truncate(sequence.calls.len());
    let is_whole = outcomes.len() == sequence.calls.len();
    let end = match status {
        _ if is_whole => None,
        Some(status) => {
            Some(End { exit: Exit::Crashed, reason: plugin_interface::describe_exit(status) })
        }
        None => {
            let reason = format!("no answer in {:?}", args.load.probe_timeout);
            Some(End { exit: Exit::TimedOut, reason })
        }
    };
    Ok(Made { outcomes, end })
}

fn command(
    args: &CheckArgs,
    sequence: &Sequence,
    report: &ReportFile,
) -> anyhow::Result<std::process::Command> {
    let calls = report.path().with_extension("calls");
    fs::write(&calls, serde_json::to_vec(sequence)?)?;
    let mut command = again("sequence", &args.load.policy)?;
    command.arg("--calls").arg(calls);
    command.arg("--outcomes").arg(report.path().with_extension("outcomes"));
    command.arg("--").arg(&args.path);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

/// Returns the outcomes that were written. The last line may be cut off.
fn read(file: &Path) -> Vec<Outcome> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map_while(|line| serde_json::from_str(line).ok()).collect()
}
