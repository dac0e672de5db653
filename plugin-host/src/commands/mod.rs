//! One file for each command.

pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod drive;
mod greeting;
pub(crate) mod header;
pub(crate) mod inspect;
mod isolate;
pub(crate) mod list;
pub(crate) mod probe;
mod report;
pub(crate) mod run;
pub(crate) mod watch;
pub(crate) mod watch_calls;
mod watch_report;

use std::env::consts::DLL_EXTENSION;
use std::path::Path;

use anyhow::Context;
use plugin_interface::{
    DynamicCallError, HotError, InspectError, LoadError, LoadPolicy, PluginManager, PolicyError,
    Probe,
};

use crate::cli::{LoadArgs, PolicyArgs};
use crate::exit::Exit;

/// How a command ended that returned an error.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<PolicyError>() {
        return Exit::Usage;
    }
    if let Some(error) = error.downcast_ref::<HotError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<DynamicCallError>() {
        return Exit::from(error);
    }
    if let Some(error) = error.downcast_ref::<InspectError>() {
        return Exit::from(error);
    }
    error.downcast_ref::<LoadError>().map_or(Exit::Failed, Exit::from)
}

/// The policy that arguments ask for.
fn policy(args: &PolicyArgs) -> Result<LoadPolicy, PolicyError> {
    let mut policy = LoadPolicy::new();
    for digest in &args.pin {
        policy = policy.pin_sha256(digest)?;
    }
    for package in &args.deny {
        policy = policy.deny(package);
    }
    if args.allow_world_writable {
        policy = policy.allow_world_writable();
    }
    Ok(policy)
}

/// A manager as arguments ask for it, whose probe makes the calls that `run`
/// makes with that target.
fn manager(args: &LoadArgs, target: &str) -> anyhow::Result<PluginManager> {
    let manager = PluginManager::with_policy(policy(&args.policy)?);
    if args.no_probe {
        return Ok(manager);
    }
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let probe = Probe::new(program)
        .argument("probe")
        .argument("--")
        .argument(target)
        .deadline(args.probe_timeout);
    Ok(manager.with_probe(probe))
}

/// Says of a directory that it has no plugins.
fn nothing_in(directory: &Path) -> String {
    format!(
        "no plugins in {}: there is no file *.{DLL_EXTENSION}; a plugin crate says crate-type = [\"cdylib\"]",
        directory.display()
    )
}
