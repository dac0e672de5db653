//! `run DIR`: load, call and unload every plugin, and count.

use std::path::{Path, PathBuf};

use anyhow::bail;
use plugin_interface::PluginManager;

use crate::cargo;
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::output::{print_error, print_json, progress, reserve_stdout};
use crate::report::run::Report;
use crate::worker::drive::drive_file;
use crate::worker::isolate::drive_isolated;

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let (mut exit, mut report) = (Exit::Ok, Report::default());
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
    if report.is_empty() && exit == Exit::Ok {
        let hint = if args.build { "" } else { ", or --build builds them first" };
        bail!("{}{hint}", super::nothing_in(&args.directory));
    }
    Ok(exit)
}

fn drive(args: &RunArgs, path: &Path) -> anyhow::Result<(Report, Exit)> {
    if !args.load.no_probe {
        return drive_isolated(&args.load, path, &args.greet, args.json);
    }
    if args.json {
        reserve_stdout()?;
    }
    let mut manager = PluginManager::with_policy(crate::manager::policy(&args.load.policy)?);
    Ok(drive_file(&mut manager, path, &args.greet))
}

/// The libraries of the directory, or what was built from the sources in it.
fn candidates(
    args: &RunArgs,
    report: &mut Report,
    exit: &mut Exit,
) -> anyhow::Result<Vec<PathBuf>> {
    if args.build {
        let built = cargo::build(&args.directory, args.release)?;
        for failure in &built.failures {
            print_error(failure);
            *exit = (*exit).max(Exit::Failed);
        }
        return Ok(built.libraries.into_iter().collect());
    }
    let manager = PluginManager::with_policy(crate::manager::policy(&args.load.policy)?);
    let mut candidates = Vec::new();
    for found in manager.survey(&args.directory)? {
        match found.result {
            Ok(_) => candidates.push(found.path),
            Err(error) => {
                *exit = (*exit).max(Exit::from(&error));
                report.reject(&found.path, &error);
            }
        }
    }
    Ok(candidates)
}
