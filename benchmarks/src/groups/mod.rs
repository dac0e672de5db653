//! What is measured, one file for each group.

mod build;
mod callbacks;
mod calls;
mod loads;
mod placements;
mod reload;
mod scale;
mod scan;
mod services;
mod timing;
mod unload;

use anyhow::{Context, Result};

use crate::harness::plugins::Plugins;
use crate::harness::{echo, ring};
use crate::report::Section;

type Run = fn(&Plugins) -> Result<Section>;

const GROUPS: &[(&str, Run)] = &[
    ("calls", calls::run),
    ("callbacks", callbacks::run),
    ("placements", placements::run),
    ("services", services::run),
    ("loads", loads::run),
    ("unload", unload::run),
    ("reload", reload::run),
    ("scan", scan::run),
    ("scale", scale::run),
    ("build", build::run),
];

pub fn names() -> Vec<&'static str> {
    GROUPS.iter().map(|(name, _)| *name).collect()
}

pub fn run(name: &str, plugins: &Plugins) -> Result<Section> {
    let found = GROUPS.iter().find(|(group, _)| *group == name);
    let (_, run) = found.with_context(|| format!("no group {name}; there are {:?}", names()))?;
    run(plugins)
}

/// What children do.
pub fn child(task: &str, arguments: &[&str]) {
    match (task, arguments) {
        ("instructions", [directory]) => calls::count(directory.as_ref()),
        ("load", [how, subject, rest @ ..]) => loads::child(how, subject, rest),
        ("cycles", [subject, path, most]) => unload::child(subject, path.as_ref(), most),
        ("scan", [how, directory]) => scan::child(how, directory.as_ref()),
        ("reload", [name, way, path]) => reload::child(name, way, path.as_ref()),
        ("echo", []) => echo::serve(),
        ("ring", []) => ring::serve(),
        ("scale", [subject, directory]) => scale::child(subject, directory.as_ref()),
        _ => unreachable!("{task} {arguments:?}"),
    }
}
