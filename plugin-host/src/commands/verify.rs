//! `verify DIR`: compares the plugins of a directory with its lock, without
//! running any.

use plugin_interface::PluginLock;

use crate::cli::VerifyArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_error, print_json, print_line};
use crate::report::lock::{VerifiedRow, table_of_states};

pub(crate) fn run(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let beside = args.directory.join(PluginLock::FILE);
    let lock = PluginLock::read(args.lock.as_ref().unwrap_or(&beside))?;
    let files = lock.verify(&args.directory)?;
    let errors = files.iter().filter_map(|file| file.error.as_ref());
    let exit = errors.map(Exit::from).max().unwrap_or(Exit::Ok);
    let rows: Vec<_> = files.iter().map(VerifiedRow::of).collect();
    if args.json {
        print_json(&rows)?;
        return Ok(exit);
    }
    print_line(&match rows.is_empty() {
        true => escaped(&super::nothing_in(&args.directory)),
        false => table_of_states(&rows),
    })?;
    for reason in rows.iter().filter_map(|row| row.reason.as_ref()) {
        print_error(reason);
    }
    Ok(exit)
}
