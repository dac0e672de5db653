//! `check FILE|DIR`: one line for each thing that a good plugin does.
//!
//! The checks follow the stages of a load, and go on to what happens after it.
//! The first that fails decides: what depends on it is skipped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plugin_interface::abi::ENTRY_SYMBOL;
use plugin_interface::metadata::PluginMetadata;
use plugin_interface::{
    InspectError, LoadError, PluginHandle, PluginManager, UnloadError, UnloadOutcome,
    exported_symbols,
};
use serde::Serialize;

use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::output::{describe, escaped, print_json, print_line, reserve_stdout};
use crate::worker::drive::call;

/// Every check, in its order, and what it says.
const CHECKS: [(&str, &str); 23] = [
    ("file", "is a regular file, or a link to one beside it"),
    ("writers", "cannot be written by everybody"),
    ("format", "is a dynamic library"),
    ("integrity", "is whole, as far as its headers tell"),
    ("machine", "is for this machine"),
    ("plugin", "has metadata"),
    ("metadata", "has metadata that can be read"),
    ("policy", "is allowed by the policy"),
    ("abi", "speaks this host's binary interface"),
    ("panics", "unwinds where it panics, if it is Rust's"),
    ("implementations", "implements what it offers"),
    ("names", "gives each registration a name of its own"),
    ("symbols", "exports what its metadata promises"),
    ("settled", "is not being written"),
    ("probe", "survives in a process of its own"),
    ("open", "can be opened, with all that it needs"),
    ("entry", "lets the host connect"),
    ("constructors", "makes every registration"),
    ("answers", "answers the calls that the host knows"),
    ("drop", "unmakes without a panic"),
    ("counter", "counts each unmaking once"),
    ("unmapped", "gives its memory back"),
    ("again", "can be loaded a second time"),
];

#[derive(Serialize)]
struct Report {
    file: String,
    checks: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The check that failed, why, and how the command ends for it.
struct Failed {
    check: &'static str,
    reason: String,
    exit: Exit,
}

impl Failed {
    fn new(check: &'static str, reason: impl Into<String>) -> Self {
        Failed { check, reason: reason.into(), exit: Exit::Failed }
    }
}

impl From<&LoadError> for Failed {
    fn from(error: &LoadError) -> Self {
        Failed { check: check_of(error), reason: describe(error), exit: Exit::from(error) }
    }
}

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    // What a scan of a directory refuses, beyond what is wrong with a file alone.
    let files: Vec<(PathBuf, Option<LoadError>)> = match args.path.is_dir() {
        true => {
            let surveyed = PluginManager::new().survey(&args.path)?.into_iter();
            surveyed.map(|found| (found.path, found.result.err())).collect()
        }
        false => vec![(args.path.clone(), None)],
    };
    if files.is_empty() {
        anyhow::bail!(super::nothing_in(&args.path));
    }
    if args.json {
        reserve_stdout()?;
    }
    let mut exit = Exit::Ok;
    let mut reports = Vec::new();
    for (file, refused) in files {
        let mut manager = crate::manager::manager(&args.load, "world")?;
        let failed = match refused {
            Some(error @ (LoadError::LinkOutside { .. } | LoadError::Duplicate { .. })) => {
                Some(Failed::from(&error))
            }
            _ => check(&mut manager, &file).err(),
        };
        exit = exit.max(failed.as_ref().map_or(Exit::Ok, |failed| failed.exit));
        let report = report(&file, failed);
        if !args.json {
            show(&report)?;
        }
        reports.push(report);
    }
    if args.json {
        print_json(&reports)?;
    }
    Ok(exit)
}

/// All checks of a file, up to the first that fails.
fn check(manager: &mut PluginManager, path: &Path) -> Result<(), Failed> {
    let metadata = manager.examine(path).map_err(|error| Failed::from(&error))?;
    check_names(&metadata)?;
    check_symbols(path, &metadata)?;
    let names = load_and_unload(manager, path, &metadata)?;
    match load_and_unload(manager, path, &metadata) {
        Ok(again) if again == names => Ok(()),
        Ok(again) => Err(Failed::new("again", format!("made {names:?} first, and then {again:?}"))),
        Err(failed) => Err(Failed { check: "again", ..failed }),
    }
}

fn check_names(metadata: &PluginMetadata) -> Result<(), Failed> {
    let mut seen = BTreeSet::new();
    for registration in &metadata.registrations {
        if !seen.insert((&registration.interface, &registration.name)) {
            let name = &registration.name;
            let reason = format!("two registrations are called {name}; give one a `name = \"..\"`");
            return Err(Failed::new("names", reason));
        }
    }
    Ok(())
}

/// Each interface has its register functions, and each registration of a
/// library that the macros made has a maker and an unmaker.
fn check_symbols(path: &Path, metadata: &PluginMetadata) -> Result<(), Failed> {
    let exported = exported_symbols(path).map_err(|error| Failed::from(&error.into()))?;
    let lacks = |symbol: String| Failed::new("symbols", format!("it does not export {symbol}"));
    for interface in &metadata.interfaces {
        let name = interface.name();
        let all = format!("plugin_register_all_{name}_v1");
        let single = format!("plugin_register_{name}_v1");
        if !exported.contains(&all) && (metadata.package.rust || !exported.contains(&single)) {
            return Err(lacks(if metadata.package.rust { all } else { single }));
        }
    }
    for registration in metadata.registrations.iter().filter(|_| metadata.package.rust) {
        let interface = registration.interface.rsplit("::").next().unwrap_or_default();
        for verb in ["register", "unregister"] {
            let symbol = format!("plugin_{verb}_{interface}_{}_v1", registration.name);
            if !exported.contains(&symbol) {
                return Err(lacks(symbol));
            }
        }
    }
    Ok(())
}

/// Loads, calls, unloads, and gives the names of what was made.
fn load_and_unload(
    manager: &mut PluginManager,
    path: &Path,
    metadata: &PluginMetadata,
) -> Result<Vec<String>, Failed> {
    let handles = manager.load_library(path).map_err(|error| Failed::from(&error))?;
    let names: Vec<_> = handles.iter().map(|handle| handle.name().to_owned()).collect();
    let listed = metadata.registrations.len();
    let mut failed = manager.rejected().first().map(|rejected| Failed::from(&rejected.error));
    if failed.is_none() && listed > 0 && names.len() != listed {
        let reason = format!("its metadata lists {listed} registrations, it makes {}", names.len());
        failed = Some(Failed::new("constructors", reason));
    }
    let answered = answers(&handles);
    let unmade = unload(handles, names.len() as u64);
    failed.map_or(Ok(()), Err).and(answered).and(unmade)?;
    match manager.outcome(path) {
        Some(outcome @ UnloadOutcome::Pinned { .. }) => {
            Err(Failed::new("unmapped", format!("it stays mapped, {outcome}")))
        }
        _ => Ok(names),
    }
}

fn answers(handles: &[PluginHandle]) -> Result<(), Failed> {
    for handle in handles {
        if let Some(error) = call(handle, "world").error {
            let reason = format!("{} {error}", handle.name());
            return Err(Failed { check: "answers", reason, exit: Exit::Crashed });
        }
    }
    Ok(())
}

fn unload(handles: Vec<PluginHandle>, made: u64) -> Result<(), Failed> {
    let mut counter = None;
    let mut failed = None;
    for handle in handles {
        match handle.close() {
            Ok(count) => counter = counter.max(count),
            Err(error) => {
                if let UnloadError::DropPanicked { counter: count, .. } = &error {
                    counter = counter.max(*count);
                }
                let reason = describe(&error);
                failed.get_or_insert(Failed { check: "drop", reason, exit: Exit::Crashed });
            }
        }
    }
    failed.map_or(Ok(()), Err)?;
    match counter == Some(made) {
        true => Ok(()),
        false => {
            let found = counter.map_or("nothing".to_owned(), |count| count.to_string());
            Err(Failed::new(
                "counter",
                format!("expected {made}, the unmaker counter says {found}"),
            ))
        }
    }
}

/// The check that an error of a load fails.
fn check_of(error: &LoadError) -> &'static str {
    match error {
        LoadError::WorldWritable { .. } => "writers",
        LoadError::Inspect(InspectError::NotALibrary { .. }) => "format",
        LoadError::Inspect(InspectError::Damaged { .. }) => "integrity",
        LoadError::Inspect(InspectError::OtherMachine { .. }) => "machine",
        LoadError::Inspect(InspectError::NotAPlugin { .. }) => "plugin",
        LoadError::Inspect(InspectError::Metadata { .. }) => "metadata",
        LoadError::NotPinned { .. } | LoadError::Denied { .. } | LoadError::StillMapped { .. } => {
            "policy"
        }
        LoadError::AbiVersion { .. } => "abi",
        LoadError::PanicAbort { .. } => "panics",
        LoadError::NoInterface { .. } | LoadError::NoRegistration { .. } => "implementations",
        LoadError::StillWritten { .. } | LoadError::Copy { .. } => "settled",
        LoadError::ProbeCrashed { .. }
        | LoadError::ProbeTimedOut { .. }
        | LoadError::ProbeNotStarted { .. } => "probe",
        LoadError::Open { .. } => "open",
        LoadError::MissingSymbol { symbol, .. } if symbol == ENTRY_SYMBOL => "entry",
        LoadError::Entry { .. } | LoadError::Connect { .. } => "entry",
        LoadError::Constructor { .. }
        | LoadError::ConstructorPanicked { .. }
        | LoadError::MakerReturnedNull { .. }
        | LoadError::MissingSymbol { .. }
        | LoadError::NothingMade { .. }
        | LoadError::Registration { .. } => "constructors",
        _ => "file",
    }
}

fn report(file: &Path, failed: Option<Failed>) -> Report {
    let at = failed.as_ref().and_then(|f| CHECKS.iter().position(|(name, _)| *name == f.check));
    let line = |(i, (name, _)): (usize, &(&'static str, &str))| match at {
        Some(at) if i == at => {
            let reason = failed.as_ref().map(|failed| failed.reason.clone());
            Line { name, verdict: "failed", reason }
        }
        Some(at) if i > at => Line { name, verdict: "skipped", reason: None },
        _ => Line { name, verdict: "passed", reason: None },
    };
    let checks = CHECKS.iter().enumerate().map(line).collect();
    Report { file: file.display().to_string(), checks }
}

fn show(report: &Report) -> std::io::Result<()> {
    print_line(&escaped(&report.file))?;
    let tried = report.checks.iter().filter(|line| line.verdict != "skipped").count();
    for (line, (_, says)) in report.checks.iter().zip(CHECKS).take(tried) {
        print_line(&format!("  {:<8} {:<16} {says}", line.verdict, line.name))?;
        for reason in line.reason.iter().flat_map(|reason| reason.lines()) {
            print_line(&format!("           {}", escaped(reason)))?;
        }
    }
    match report.checks.len() - tried {
        0 => Ok(()),
        left => print_line(&format!("  skipped  {left} more, which go on from what failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECKS;

    #[test]
    fn each_check_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
