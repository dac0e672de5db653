//! `run DIR`: loads, calls and unloads every plugin, and counts.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use plugin_interface::LoadError;

use crate::cargo;
use crate::cli::{LoadArgs, RunArgs};
#[cfg(unix)]
use crate::commands::run_isolated;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::{print_error, print_json, print_note, progress};
use crate::report::run::{RejectedReport, RunReport};
use crate::signals::heed_interrupt_of;
use crate::worker::child::{Passed, ReportFile, again, start, wait};
use crate::worker::drive::drive_file;

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let (mut exit, mut report) = (Exit::Ok, RunReport::default());
    let candidates = candidates(args, &mut report, &mut exit)?;
    let progress = progress(candidates.len());
    for path in progress.wrap_iter(candidates.iter()) {
        let (found, code) = drive(args, path)?;
        report.extend(found);
        exit = exit.max(code);
    }
    progress.finish_and_clear();
    if args.json {
        print_json(&report)?;
    } else {
        report.show()?;
    }
    if report.is_empty() && exit == Exit::Ok && !args.gdb {
        let hint = if args.build { "" } else { "; add --build to build sources below it first" };
        for directory in &args.directories {
            print_error(&format!("{}{hint}", super::nothing_in(directory)));
        }
        return Ok(Exit::Failed);
    }
    Ok(exit)
}

fn drive(args: &RunArgs, path: &Path) -> anyhow::Result<(RunReport, Exit)> {
    if args.gdb {
        return drive_in_debugger(args, path);
    }
    #[cfg(unix)]
    if args.isolated {
        return run_isolated::drive(args, path);
    }
    if !args.load.no_probe {
        return drive_in_child(&args.load, path, &args.greet);
    }
    let mut manager = without_probe(&args.load.policy)?;
    Ok(drive_file(&mut manager, path, &args.greet))
}

/// Drives a library in a child process.
fn drive_in_child(args: &LoadArgs, path: &Path, greet: &str) -> anyhow::Result<(RunReport, Exit)> {
    let deadline = args.probe_timeout;
    let report = ReportFile::new()?;
    let mut command = child(args, path, greet, &report)?;
    Passed::prepare(&mut command);
    let mut child = start(&mut command)?;
    let passed = Passed::start(&mut child);
    let waited = wait(&mut child, Some(deadline))?;
    heed_interrupt_of(waited);
    passed.finish();
    let Some(status) = waited else {
        let error = format!("did not answer within {deadline:?}");
        return Ok(failed_in_child(path, &error, Exit::TimedOut));
    };
    match (report.read(), Exit::of(status)) {
        (Some(report), Some(exit)) => Ok((report, exit)),
        // It crashed, before or after it wrote its report.
        _ => Ok(failed_in_child(path, &plugin_interface::describe_exit(status), Exit::Crashed)),
    }
}

/// Returns the command that drives a library in a child process.
fn child(
    args: &LoadArgs,
    path: &Path,
    greet: &str,
    report: &ReportFile,
) -> anyhow::Result<Command> {
    let mut command = again("drive", &args.policy)?;
    command.arg("--report").arg(report.path()).arg(format!("--greet={greet}"));
    command.arg("--").arg(path);
    Ok(command)
}

/// Drives a library in a child process of gdb, for as long as its user likes. What
/// becomes of the plugin is what gdb shows; a run to the end is reported too.
fn drive_in_debugger(args: &RunArgs, path: &Path) -> anyhow::Result<(RunReport, Exit)> {
    let report = ReportFile::new()?;
    let child = child(&args.load, path, &args.greet, &report)?;
    let mut gdb = Command::new("gdb");
    // A plugin is loaded later than its breakpoints are set.
    gdb.args(["--quiet", "-ex", "set breakpoint pending on"]);
    // The system sends it if a file is written while it is copied.
    gdb.args(["-ex", "handle SIGURG nostop noprint pass"]);
    gdb.args(&args.debugger).arg("--args").arg(child.get_program()).args(child.get_args());
    let status = gdb.status().context("cannot start gdb; is it installed?")?;
    let exit = if status.success() { Exit::Ok } else { Exit::Failed };
    Ok((report.read().unwrap_or_default(), exit))
}

fn failed_in_child(path: &Path, how: &str, exit: Exit) -> (RunReport, Exit) {
    let file = path.display().to_string();
    let error = format!("{file} failed in its child process: {how}");
    let rejected = vec![RejectedReport { file, error }];
    (RunReport { rejected, ..RunReport::default() }, exit)
}

/// Returns the libraries of the directory, or those built from its sources.
fn candidates(
    args: &RunArgs,
    report: &mut RunReport,
    exit: &mut Exit,
) -> anyhow::Result<Vec<PathBuf>> {
    if args.build {
        let mut libraries = Vec::new();
        for directory in &args.directories {
            let built = cargo::build(directory, args.release)?;
            for failure in &built.failures {
                print_error(failure);
                *exit = (*exit).max(Exit::Failed);
            }
            libraries.extend(built.libraries);
        }
        return Ok(libraries);
    }
    let manager = without_probe(&args.load.policy)?;
    let mut candidates = Vec::new();
    for found in manager.survey_all(&args.directories, None)? {
        match found.result {
            Ok(_) => candidates.push(found.path),
            // It works, and another one is used.
            Err(error @ LoadError::Shadowed { .. }) => print_note(&error.to_string()),
            Err(error) => {
                *exit = (*exit).max(Exit::from(&error));
                report.reject(&found.path, &error);
            }
        }
    }
    Ok(candidates)
}
