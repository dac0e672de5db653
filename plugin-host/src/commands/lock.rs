//! `lock DIR`: approves the plugins of a directory, without running any.

use std::io;

use plugin_interface::{LoadPolicy, LockError, PluginLock, Requirement};

use crate::cli::LockArgs;
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_failure, print_json, print_line};
use crate::report::lock::{changes, table_of_changes};

pub(crate) fn run(args: &LockArgs) -> anyhow::Result<Exit> {
    let path = args.directory.join(PluginLock::FILE);
    let (lock, refused) = PluginLock::approve(&args.directory, &policy(args)?)?;
    let earlier = match PluginLock::read(&path) {
        Err(LockError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        // Its notes would be lost.
        earlier => Some(earlier?),
    };
    let earlier = earlier.unwrap_or_default();
    let mut downgrades = earlier.downgrades(&lock);
    downgrades.retain(|it| !matches!(it, LockError::Downgrade { name, .. } if args.allow_downgrade.contains(name)));
    if !downgrades.is_empty() {
        let texts: Vec<_> = downgrades.iter().map(|error| describe(error)).collect();
        print_failure(&texts.join("\n"), args.json);
        return Ok(Exit::Refused);
    }
    let changes = changes(&earlier, &lock);
    lock.with_notes_of(&earlier).write(&path)?;
    for error in &refused {
        print_error(&describe(error));
    }
    if args.json {
        print_json(&changes)?;
    } else if changes.is_empty() {
        print_line(&escaped(&super::nothing_in(&args.directory)))?;
    } else {
        print_line(&table_of_changes(&changes))?;
    }
    Ok(refused.iter().map(Exit::from).max().unwrap_or(Exit::Ok))
}

/// Returns the policy about signatures.
fn policy(args: &LockArgs) -> anyhow::Result<LoadPolicy> {
    let Some(keys) = &args.trusted_keys else { return Ok(LoadPolicy::new()) };
    let policy = LoadPolicy::new().trusted_keys_file(keys)?;
    Ok(match args.require_signature {
        true => policy.require(Requirement::Signed),
        // The key of each file that has one is recorded.
        false => policy.require(Requirement::Any),
    })
}
