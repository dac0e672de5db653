//! The plugin manager that the arguments ask for.

use anyhow::Context;
use plugin_interface::{LoadPolicy, PluginManager, PolicyError, Probe};

use crate::cli::{LoadArgs, PolicyArgs};

/// The policy that arguments ask for.
pub(crate) fn policy(args: &PolicyArgs) -> Result<LoadPolicy, PolicyError> {
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
pub(crate) fn manager(args: &LoadArgs, target: &str) -> anyhow::Result<PluginManager> {
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
