//! `fuzz FILE`: calls the methods of a library with random values in child
//! processes, and prints the shortest call that shows each fault.

mod fault;
mod hunt;
mod one_call;
mod shorten;

use plugin_interface::PluginMetadata;
use plugin_interface::metadata::InterfaceMetadata;

use self::hunt::Hunt;
use crate::cli::FuzzArgs;
use crate::commands::interface_name::named;
use crate::exit::{Exit, UsageError};
use crate::fuzz::Calls;
use crate::output::{escaped, print_json, print_line};
use crate::report::fuzz::{FuzzReport, FuzzedInterface, SkippedMethod};

pub(crate) fn run(args: &FuzzArgs) -> anyhow::Result<Exit> {
    let metadata = plugin_interface::inspect(&args.file)?;
    let mut report = FuzzReport::new(&args.file, args.seed);
    let interfaces = asked(&metadata, args)?;
    let share = args.seconds / interfaces.len().max(1) as u32;
    let mut exit = Exit::Ok;
    for interface in interfaces {
        let (calls, skipped) = Calls::new(interface, args.seed);
        let skipped = skipped.into_iter().map(|(method, reason)| SkippedMethod { method, reason });
        let mut fuzzed = FuzzedInterface {
            interface: interface.path.clone(),
            calls: 0,
            faults: Vec::new(),
            skipped: skipped.collect(),
        };
        if !calls.is_empty() {
            let mut hunt = Hunt::new(args, &calls, share);
            if let Some(refused) = hunt.run()? {
                // The child said why.
                return Ok(refused);
            }
            fuzzed.calls = hunt.made;
            let target = target(&metadata, interface);
            for fault in hunt.into_faults()? {
                exit = exit.max(fault.exit());
                fuzzed.faults.push(fault.report(args, target));
            }
        }
        report.interfaces.push(fuzzed);
    }
    match args.json {
        true => print_json(&report)?,
        false => {
            for line in report.lines() {
                print_line(&escaped(&line))?;
            }
        }
    }
    Ok(exit)
}

/// Returns the interfaces that plugins implement, or the one that was asked for.
fn asked<'m>(
    metadata: &'m PluginMetadata,
    args: &FuzzArgs,
) -> anyhow::Result<Vec<&'m InterfaceMetadata>> {
    if let Some(name) = &args.interface {
        return Ok(vec![named(metadata, name).map_err(UsageError)?]);
    }
    let registrations = &metadata.registrations;
    let is_implemented = |interface: &&InterfaceMetadata| {
        // A hand-written library may leave its registrations out.
        registrations.is_empty() || registrations.iter().any(|it| it.interface == interface.path)
    };
    Ok(metadata.interfaces.iter().filter(is_implemented).collect())
}

/// Returns the shortest name by which `call` finds an interface.
fn target<'m>(metadata: &PluginMetadata, interface: &'m InterfaceMetadata) -> &'m str {
    match named(metadata, interface.name()) {
        Ok(found) if found.path == interface.path => interface.name(),
        _ => &interface.path,
    }
}
