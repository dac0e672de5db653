//! `doctor [DIR]`: examines this machine and a project, and says how to mend what
//! it finds.
//!
//! Each check gathers facts, and judges them in a function of the facts alone.

mod events;
mod features;
mod finding;
mod folders;
mod kernel;
mod linker;
mod packages;
mod platform;
mod profiles;
mod project;
mod temporary;
mod toolchain;

use std::path::Path;

use plugin_interface::LoadError;

use crate::cli::DoctorArgs;
use crate::exit::Exit;
use crate::output::print_json;
use crate::report::doctor::show;
pub(crate) use finding::{Finding, Verdict};
use project::Project;

pub(crate) fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let directory = &args.directory;
    if !directory.exists() {
        return Err(LoadError::DirectoryMissing { path: directory.clone() }.into());
    }
    if !directory.is_dir() {
        return Err(LoadError::NotADirectory { path: directory.clone() }.into());
    }
    let findings = findings(directory);
    match args.json {
        true => print_json(&findings)?,
        false => show(&findings)?,
    }
    Ok(findings.iter().map(|finding| finding.exit).max().unwrap_or(Exit::Ok))
}

fn findings(directory: &Path) -> Vec<Finding> {
    let tools = toolchain::Facts::gather(directory);
    let mut findings = toolchain::judge(&tools);
    if tools.can_build() {
        findings.push(linker::judge(&linker::link(directory)));
    }
    let project = Project::read(directory);
    findings.extend(project::judge(&project));
    if let Ok(Some(project)) = &project {
        findings.extend(packages::judge(&project.packages));
        findings.extend(profiles::judge(&profiles::Profile::read(project)));
        findings.extend(features::judge(&features::differences(project)));
    }
    let built = project.as_ref().ok().and_then(Option::as_ref).map(Project::nearest_target);
    let plugins = built.as_deref().unwrap_or(directory);
    findings.extend(folders::judge(&folders::Folder::ways(plugins)));
    findings.push(temporary::judge(&temporary::Facts::gather()));
    findings.extend(events::judge(&events::Facts::gather(plugins)));
    findings.extend(kernel::judge(&kernel::Facts::gather(plugins)));
    findings.extend(platform::judge(&tools.target()));
    findings
}
