//! The steps of `check`: examine a file, load it, call it, unload it, and load it
//! again.

use std::collections::BTreeSet;
use std::path::Path;

use plugin_interface::metadata::PluginMetadata;
use plugin_interface::{PluginHandle, PluginManager, UnloadOutcome, exported_symbols};

use super::failed::FailedCheck;
use crate::contents::advisories::{self, Advisory};
use crate::contents::crates;
use crate::exit::Exit;
use crate::output::describe;
use crate::worker::drive::{call, wrong_counter};

/// Runs all checks of a file, up to the first that fails. Returns the reason if nothing
/// is known against the library, and this system keeps it mapped all the same.
pub(super) fn check(
    manager: &mut PluginManager,
    path: &Path,
    advisories: Option<&[Advisory]>,
) -> Result<Option<String>, FailedCheck> {
    let metadata = manager.examine(path).map_err(|error| FailedCheck::from(&error))?;
    check_names(&metadata)?;
    check_symbols(path, &metadata)?;
    advisories.map_or(Ok(()), |advisories| check_crates(path, advisories))?;
    let (names, kept) = load_and_unload(manager, path, &metadata)?;
    match load_and_unload(manager, path, &metadata) {
        Ok((again, _)) if again == names => Ok(kept),
        Ok((again, _)) => Err(FailedCheck::new(
            "again",
            format!("the first load created {names:?}, the second {again:?}"),
        )),
        Err(failed) => Err(FailedCheck { check: "again", ..failed }),
    }
}

fn check_names(metadata: &PluginMetadata) -> Result<(), FailedCheck> {
    let mut seen = BTreeSet::new();
    for registration in &metadata.registrations {
        if !seen.insert((&registration.interface, &registration.name)) {
            let name = &registration.name;
            let reason = format!("two registrations are named {name}; give one a `name = \"..\"`");
            return Err(FailedCheck::new("names", reason));
        }
    }
    Ok(())
}

/// Checks that each interface has its register function, and that each
/// registration in a Rust library has a maker and an unmaker.
fn check_symbols(path: &Path, metadata: &PluginMetadata) -> Result<(), FailedCheck> {
    let exported = exported_symbols(path).map_err(|error| FailedCheck::from(&error.into()))?;
    let lacks =
        |symbol: String| FailedCheck::new("symbols", format!("it does not export {symbol}"));
    // A library for Rust too exports its entry alone.
    let is_named = |symbol: &String| symbol.starts_with("plugin_register_");
    if metadata.package.rust && !exported.iter().any(is_named) {
        let entry = "plugin_entry_v1".to_owned();
        return if exported.contains(&entry) { Ok(()) } else { Err(lacks(entry)) };
    }
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

/// Checks that nothing is known against the crates in a library.
fn check_crates(path: &Path, advisories: &[Advisory]) -> Result<(), FailedCheck> {
    let unread = |error: anyhow::Error| FailedCheck::new("advisories", describe(error.as_ref()));
    let Some(crates) = crates::read(path).map_err(unread)? else {
        let reason = "it does not say which crates are in it; build it by `cargo auditable build`";
        return Err(FailedCheck::new("advisories", reason));
    };
    let found = advisories::found(&crates, advisories);
    match found.is_empty() {
        true => Ok(()),
        false => {
            Err(FailedCheck { check: "advisories", reason: found.join("\n"), exit: Exit::Refused })
        }
    }
}

/// Loads, calls and unloads a library. Returns the names of its registrations, and the
/// reason if it stays mapped through no fault of its own.
fn load_and_unload(
    manager: &mut PluginManager,
    path: &Path,
    metadata: &PluginMetadata,
) -> Result<(Vec<String>, Option<String>), FailedCheck> {
    let handles = manager.load_library(path).map_err(|error| FailedCheck::from(&error))?;
    let names: Vec<_> = handles.iter().map(|handle| handle.name().to_owned()).collect();
    let listed = metadata.registrations.len();
    let mut failed = manager.rejected().first().map(|rejected| FailedCheck::from(&rejected.error));
    if failed.is_none() && listed > 0 && names.len() != listed {
        let reason = format!(
            "expected {listed} registrations, as its metadata lists, found {}",
            names.len()
        );
        failed = Some(FailedCheck::new("constructors", reason));
    }
    let answered = answers(&handles);
    let unmade = unload(handles, names.len() as u64);
    failed.map_or(Ok(()), Err).and(answered).and(unmade)?;
    Ok((names, unmapped(manager.outcome(path))?))
}

/// Returns the reason why this system keeps the library, if it does.
fn unmapped(outcome: Option<UnloadOutcome>) -> Result<Option<String>, FailedCheck> {
    match outcome {
        Some(outcome @ UnloadOutcome::Pinned { .. }) => {
            Err(FailedCheck::new("unmapped", format!("it stays loaded: {outcome}")))
        }
        Some(UnloadOutcome::Retained { reason, .. }) => Ok(Some(reason)),
        _ => Ok(None),
    }
}

fn answers(handles: &[PluginHandle]) -> Result<(), FailedCheck> {
    for handle in handles {
        if let Some(error) = call(handle, "world").error {
            let reason = format!("{} {error}", handle.name());
            return Err(FailedCheck { check: "answers", reason, exit: Exit::Crashed });
        }
    }
    Ok(())
}

fn unload(handles: Vec<PluginHandle>, made: u64) -> Result<(), FailedCheck> {
    let mut counter = None;
    let mut failed = None;
    for handle in handles {
        match handle.close() {
            Ok(count) => counter = counter.max(count),
            Err(error) => {
                counter = counter.max(error.counter());
                let (reason, exit) = (describe(&error), error.class().into());
                failed.get_or_insert(FailedCheck { check: "drop", reason, exit });
            }
        }
    }
    failed.map_or(Ok(()), Err)?;
    match counter == Some(made) {
        true => Ok(()),
        false => Err(FailedCheck::new("counter", wrong_counter(made, counter))),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use plugin_interface::{HotLibrary, HotOptions};

    use super::*;

    #[test]
    fn a_library_that_the_host_keeps_has_not_released_its_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (source, path) = (folder.path().join("a.c"), folder.path().join("liba.so"));
        std::fs::write(&source, "int f(void) { return 1; }").unwrap();
        let built = Command::new("gcc").arg("-shared").arg("-o").arg(&path).arg(&source).status();
        assert!(built.expect("the tests need gcc").success());
        let outcome = |library: HotLibrary| unmapped(Some(library.unload().unwrap()));
        let kept = outcome(HotOptions::new().retain().open(&path, &["f"]).unwrap());
        let kept = kept.unwrap_or_else(|failed| panic!("{}", failed.reason));
        assert!(kept.is_some_and(|reason| !reason.is_empty()));
        // Of a plain library without threads, this system knows.
        if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")) {
            assert!(matches!(outcome(HotLibrary::open(&path, &["f"]).unwrap()), Ok(None)));
        }
    }
}
