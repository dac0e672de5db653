//! `inspect FILE`: prints the metadata of a library, without running it.

use plugin_interface::LoadPolicy;

use crate::cli::InspectArgs;
use crate::contents::{bill_of_materials, crates};
use crate::exit::Exit;
use crate::manager::trusting;
use crate::output::print_json;
use crate::report::inspect::{report, show};
use crate::report::trust::TrustReport;

pub(crate) fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let metadata = plugin_interface::inspect(&args.file)?;
    let crates = crates::read(&args.file)?;
    if args.sbom {
        let trust = LoadPolicy::new().trust_of(&args.file)?;
        print_json(&bill_of_materials::of(&metadata, &trust.sha256, crates.as_ref()))?;
        return Ok(Exit::Ok);
    }
    let system = plugin_interface::built_for(&args.file)?;
    let stays_mapped = plugin_interface::stays_mapped(&args.file)?;
    let trust = match args.trust.is_given() {
        true => Some(trusting(LoadPolicy::new(), &args.trust)?.trust_of(&args.file)?),
        false => None,
    };
    let mut report = report(args.file.display().to_string(), &metadata, &system, stays_mapped);
    report.crates = crates.as_ref().map(crates::listed);
    report.trust = trust.as_ref().map(TrustReport::from);
    if args.json {
        print_json(&report)?;
    } else {
        show(&report)?;
    }
    Ok(Exit::Ok)
}
