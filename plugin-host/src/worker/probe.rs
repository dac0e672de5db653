//! The child process that tries a library before the host loads it.

use plugin_interface::Probe;

use crate::cli::ProbeArgs;
use crate::exit::Exit;
use crate::worker::drive::call;
use crate::worker::repeated_calls::call_all;

pub(crate) fn run(args: &ProbeArgs) -> anyhow::Result<Exit> {
    Probe::serve(&args.library, &args.copy, |plugins| {
        for plugin in plugins {
            call(plugin, &args.target);
        }
        call_all(plugins, &args.calls);
    });
    Ok(Exit::Ok)
}
