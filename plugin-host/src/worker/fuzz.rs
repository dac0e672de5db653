//! The child process that makes random calls for `fuzz`.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, Write as _};

use super::call_method::chosen;
use super::fault::{ALL_MADE, Fault, FoundFault};
use crate::cli::FuzzWorkerArgs;
use crate::exit::Exit;
use crate::fuzz::Calls;
use crate::manager::without_probe;
use crate::signals::note_crashes;

/// The most faults that are written down: most of them are the same.
const MOST: usize = 10_000;

pub(super) fn run(args: &FuzzWorkerArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let mut manager = without_probe(&args.policy)?;
    let mut handles = manager.load_library(&args.library)?;
    handles.retain(|handle| handle.interface() == args.interface);
    let handle = chosen(&handles, &args.interface, args.plugin.as_deref())?;
    let proxy = handle.dynamic()?;
    let (calls, _) = Calls::new(proxy.interface(), args.seed);
    let mut at = File::create(&args.at)?;
    let mut lines = 0;
    let mut found = OpenOptions::new().append(true).create(true).open(&args.found)?;
    let numbers = args.from..args.until.unwrap_or(u64::MAX);
    for number in numbers {
        let Some(call) = calls.get(number) else { continue };
        // If it crashes or hangs, the parent knows which one it was.
        at.rewind()?;
        at.write_all(&number.to_le_bytes())?;
        if let Err(error) = proxy.call(&call.method, call.arguments)
            && let Some(fault) = Fault::of(&error)
            && lines < MOST
        {
            lines += 1;
            let line = FoundFault { number, fault, message: error.to_string() };
            found.write_all(format!("{}\n", serde_json::to_string(&line)?).as_bytes())?;
        }
    }
    at.rewind()?;
    at.write_all(&ALL_MADE.to_le_bytes())?;
    Ok(Exit::Ok)
}
