//! Makes a call smaller as long as it shows the same fault.

use std::time::{Duration, Instant};

use plugin_interface::dynamic::check_call;
use plugin_interface::metadata::InterfaceMetadata;

use super::fault::{Fault, Kind};
use super::one_call::one_call;
use crate::cli::FuzzArgs;
use crate::fuzz::smaller_arguments;

/// The longest time for one fault.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replaces the call of a fault by the smallest one that was found.
pub(super) fn shorten(
    args: &FuzzArgs,
    interface: &InterfaceMetadata,
    fault: &mut Fault,
) -> anyhow::Result<()> {
    let (key, is_kept) = (fault.failure.key(), fault.failure.kind == Kind::Kept);
    let try_once = |arguments: &[_]| {
        let made = one_call(args, &interface.path, &fault.call.method, arguments, is_kept)?;
        anyhow::Ok(made.filter(|made| made.key() == key))
    };
    let Some(failure) = try_once(&fault.call.arguments)? else { return Ok(()) };
    let end = Instant::now() + PATIENCE;
    let (mut best, mut failure) = (fault.call.arguments.clone(), failure);
    'smaller: loop {
        for arguments in smaller_arguments(&best) {
            if Instant::now() > end {
                break 'smaller;
            }
            if check_call(interface, &fault.call.method, &arguments).is_err() {
                continue;
            }
            if let Some(found) = try_once(&arguments)? {
                (best, failure) = (arguments, found);
                continue 'smaller;
            }
        }
        break;
    }
    (fault.call.arguments, fault.failure, fault.is_shown_alone) = (best, failure, true);
    Ok(())
}
