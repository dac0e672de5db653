//! `inspect FILE`: prints the metadata of a library, without running it.

use crate::cli::InspectArgs;
use crate::exit::Exit;
use crate::output::print_json;
use crate::report::inspect::{report, show};

pub(crate) fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let metadata = plugin_interface::inspect(&args.file)?;
    let system = plugin_interface::built_for(&args.file)?;
    let stays_mapped = plugin_interface::stays_mapped(&args.file)?;
    let report = report(args.file.display().to_string(), &metadata, &system, stays_mapped);
    if args.json {
        print_json(&report)?;
    } else {
        show(&report)?;
    }
    Ok(Exit::Ok)
}
