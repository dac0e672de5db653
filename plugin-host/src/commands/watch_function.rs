//! `watch --call SIGNATURE FILE`: calls functions of a plain library repeatedly,
//! always in its current version.

use crate::cli::WatchArgs;
use crate::exit::Exit;
use crate::output::print_error;
use crate::signals::heed_interrupt_of;
use crate::worker::child::{again, start};
use crate::worker::function::without_parameters;

/// Calls in a child process, which may crash.
pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    // Reports mistakes before anything is started.
    without_parameters(&args.call)?;
    let mut command = again("watched", &args.load.policy)?;
    command.args(args.call.iter().map(|call| format!("--call={call}")));
    command.args(args.count.iter().map(|count| format!("--count={count}")));
    if args.retain {
        command.arg("--retain");
    }
    command.arg(format!("--every={}s", args.every.as_secs_f64())).arg("--").arg(&args.path);
    let status = start(&mut command)?.wait()?;
    heed_interrupt_of(Some(status));
    Ok(Exit::of(status).unwrap_or_else(|| {
        let how = plugin_interface::describe_exit(status);
        print_error(&format!("{} crashed: {how}", args.path.display()));
        Exit::Crashed
    }))
}
