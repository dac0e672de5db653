//! Plugin managers that are configured by command line options.

use anyhow::Context;
use plugin_interface::{Configuration, Copies, LoadPolicy, PluginManager, Probe};

use crate::cli::{LoadArgs, PolicyArgs, TrustArgs};
use crate::worker::repeated_calls::RepeatedCall;

/// Returns the policy that the options describe.
pub(crate) fn policy(args: &PolicyArgs) -> anyhow::Result<LoadPolicy> {
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
    if args.allow_links_outside {
        policy = policy.allow_links_outside();
    }
    policy = trusting(policy, &args.trust)?;
    if let Some(file) = &args.config {
        policy = policy.configuration(Configuration::read(file)?);
    }
    if let Some(directory) = &args.keep_copies {
        policy = policy.copies(Copies::KeptIn(directory.clone()));
    } else if let Some(directory) = &args.copies {
        policy = policy.copies(Copies::In(directory.clone()));
    }
    Ok(policy)
}

/// Adds the files that were approved to a policy.
pub(crate) fn trusting(mut policy: LoadPolicy, args: &TrustArgs) -> anyhow::Result<LoadPolicy> {
    if let Some(lock) = &args.lock {
        policy = policy.lock_file(lock)?;
    }
    if let Some(keys) = &args.trusted_keys {
        policy = policy.trusted_keys_file(keys)?;
    }
    if let Some(list) = &args.revoked {
        policy = policy.revocations_file(list)?;
    }
    if let Some(required) = args.require {
        policy = policy.require(required.into());
    }
    let folders = args.unapproved_in.iter();
    policy = folders.fold(policy, |policy, folder| policy.allow_unapproved_in(folder));
    Ok(args.allow_unsigned.iter().fold(policy, |policy, name| policy.allow_unsigned(name)))
}

/// Returns a manager that loads into this process without a probe.
pub(crate) fn without_probe(args: &PolicyArgs) -> anyhow::Result<PluginManager> {
    Ok(PluginManager::with_policy(policy(args)?))
}

/// Returns a manager whose probe, unless switched off, makes the same calls as
/// `run` with that target.
pub(crate) fn manager(args: &LoadArgs, target: &str) -> anyhow::Result<PluginManager> {
    with_probe(args, target, &[])
}

/// Returns a manager whose probe, unless switched off, makes these calls.
pub(crate) fn with_calls(args: &LoadArgs, calls: &[RepeatedCall]) -> anyhow::Result<PluginManager> {
    with_probe(args, "world", calls)
}

fn with_probe(
    args: &LoadArgs,
    target: &str,
    calls: &[RepeatedCall],
) -> anyhow::Result<PluginManager> {
    let manager = without_probe(&args.policy)?;
    if args.no_probe {
        return Ok(manager);
    }
    let program = std::env::current_exe().context("cannot find the file of this program")?;
    let mut probe = Probe::new(program).argument("probe");
    for call in calls {
        probe = probe.argument(format!("--call={call}"));
    }
    let probe = probe.argument("--").argument(target).deadline(args.probe_timeout);
    Ok(manager.with_probe(probe))
}
