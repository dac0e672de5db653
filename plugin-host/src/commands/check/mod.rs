//! `check FILE|DIR`: runs every check that a good plugin passes.
//!
//! The checks follow the stages of a load and continue after it. The first check
//! that fails decides the result; the checks that depend on it are skipped.

mod failed;
mod golden;
mod steps;

use std::path::PathBuf;

use plugin_interface::LoadError;

use crate::cli::CheckArgs;
use crate::contents::advisories;
use crate::exit::Exit;
use crate::output::print_json;
use crate::report::check::CheckReport;
use failed::FailedCheck;

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    if let Some(file) = &args.golden.record {
        return golden::record(args, file);
    }
    if let Some(file) = &args.golden.replay {
        return golden::replay(args, file);
    }
    // A scan of a directory can reject a file because of other files, or because of where
    // a link in the directory leads.
    let files: Vec<(PathBuf, Option<LoadError>)> = match args.path.is_dir() {
        true => {
            let surveyed = crate::manager::without_probe(&args.load.policy)?.survey(&args.path)?;
            let surveyed = surveyed.into_iter();
            surveyed.map(|found| (found.path, found.result.err())).collect()
        }
        false => vec![(args.path.clone(), None)],
    };
    if files.is_empty() {
        anyhow::bail!(super::nothing_in(&args.path));
    }
    let advisories = args.advisories.as_deref().map(advisories::read).transpose()?;
    let mut exit = Exit::Ok;
    let mut reports = Vec::new();
    for (file, rejected) in files {
        let mut manager = crate::manager::manager(&args.load, "world")?;
        let checked = match rejected {
            Some(error @ (LoadError::Duplicate { .. } | LoadError::LinkOutside { .. })) => {
                Err(FailedCheck::from(&error))
            }
            _ => steps::check(&mut manager, &file, advisories.as_deref()),
        };
        exit = exit.max(checked.as_ref().map_or_else(|failed| failed.exit, |_| Exit::Ok));
        let checked = match &checked {
            Ok(kept) => Ok(kept.as_deref()),
            Err(failed) => Err((failed.check, failed.reason.as_str())),
        };
        let report = CheckReport::new(&file, checked, advisories.is_some());
        if !args.json {
            report.show()?;
        }
        reports.push(report);
    }
    if args.json {
        print_json(&reports)?;
    }
    Ok(exit)
}
