//! Records calls.

use std::path::Path;

use plugin_interface::PluginMetadata;
use plugin_interface::dynamic::check_call;
use plugin_interface::metadata::InterfaceMetadata;

use super::check_file;
use super::file::{Recorded, RecordedCall, RecordedPlugin};
use super::in_child::{make, try_load};
use crate::cli::CheckArgs;
use crate::commands::interface_name::named;
use crate::exit::{Exit, UsageError};
use crate::fuzz::Calls;
use crate::output::{escaped, print_json, print_line};
use crate::report::fuzz::SkippedMethod;
use crate::report::golden::{LeftOut, RecordReport, RecordedReport, call_text};
use crate::worker::{Outcome, Sequence, SequenceCall};

/// The longest arguments of a random call, in bytes of JSON: people read the file.
const LONGEST: usize = 500;

pub(in super::super) fn record(args: &CheckArgs, file: &Path) -> anyhow::Result<Exit> {
    check_file(&args.path)?;
    let metadata = plugin_interface::inspect(&args.path)?;
    check_given(args, &metadata)?;
    let mut report = RecordReport::new(&args.path, file);
    let mut plugins = Vec::new();
    let mut exit = Exit::Ok;
    for registration in &metadata.registrations {
        let of = metadata.interfaces.iter().find(|of| of.path == registration.interface);
        let Some(interface) = of else { continue };
        let (calls, skipped) = calls(args, interface);
        let mut sequence = Sequence {
            interface: interface.path.clone(),
            plugin: registration.name.clone(),
            calls,
        };
        if let Some(failed) = try_load(args, &sequence)? {
            return Ok(failed);
        }
        let mut left_out = Vec::new();
        let outcomes = outcomes(args, &mut sequence, &mut left_out, &mut exit)?;
        let calls = sequence.calls.into_iter().zip(outcomes).map(|(call, outcome)| {
            let SequenceCall { method, arguments } = call;
            RecordedCall { method, arguments, outcome }
        });
        let calls: Vec<_> = calls.collect();
        report.plugins.push(RecordedReport {
            interface: sequence.interface.clone(),
            plugin: sequence.plugin.clone(),
            calls: calls.len(),
            varying: calls.iter().filter(|call| call.outcome == Outcome::Varies).count(),
            left_out,
            skipped,
        });
        plugins.push(RecordedPlugin {
            interface: sequence.interface,
            plugin: sequence.plugin,
            calls,
        });
    }
    if plugins.iter().all(|plugin| plugin.calls.is_empty()) && exit == Exit::Ok {
        anyhow::bail!("{}: no call could be made; see `plugin-host inspect`", args.path.display());
    }
    Recorded::new(plugins).write(file)?;
    match args.json {
        true => print_json(&report)?,
        false => report.lines().iter().try_for_each(|line| print_line(&escaped(line)))?,
    }
    Ok(exit)
}

/// Makes the calls twice, and returns their outcomes. A call that ends the process
/// is left out with all others of its method, and the rest is made again.
fn outcomes(
    args: &CheckArgs,
    sequence: &mut Sequence,
    left_out: &mut Vec<LeftOut>,
    exit: &mut Exit,
) -> anyhow::Result<Vec<Outcome>> {
    let mut first: Option<Vec<Outcome>> = None;
    loop {
        let made = make(args, sequence)?;
        if let Some(end) = made.end {
            let call = &sequence.calls[made.outcomes.len()];
            let text = call_text(&call.method, &call.arguments);
            left_out.push(LeftOut { call: text, reason: end.reason });
            *exit = (*exit).max(end.exit);
            let method = call.method.clone();
            sequence.calls.retain(|call| call.method != method);
            first = None;
            continue;
        }
        let Some(first) = first.take() else {
            first = Some(made.outcomes);
            continue;
        };
        let both = first.into_iter().zip(made.outcomes);
        let same = both.map(|(one, two)| if one == two { one } else { Outcome::Varies });
        return Ok(same.collect());
    }
}

/// Checks the calls that were given before anything is started.
fn check_given(args: &CheckArgs, metadata: &PluginMetadata) -> anyhow::Result<()> {
    for call in &args.golden.given {
        let interface = named(metadata, &call.interface).map_err(UsageError)?;
        check_call(interface, &call.method, &call.arguments)?;
    }
    Ok(())
}

/// Returns the calls of an interface, and the methods that have none.
fn calls(
    args: &CheckArgs,
    interface: &InterfaceMetadata,
) -> (Vec<SequenceCall>, Vec<SkippedMethod>) {
    let golden = &args.golden;
    if !golden.given.is_empty() {
        let of_it = golden.given.iter().filter(|call| call.is_of(&interface.path));
        let calls = of_it.map(|call| SequenceCall {
            method: call.method.clone(),
            arguments: call.arguments.clone(),
        });
        return (calls.collect(), Vec::new());
    }
    let (random, skipped) = Calls::new(interface, golden.seed);
    let skipped = skipped.into_iter().map(|(method, reason)| SkippedMethod { method, reason });
    let number = if random.is_empty() { 0 } else { random.methods().count() as u64 };
    let numbers = 0..number.saturating_mul(golden.calls);
    let calls = numbers
        .filter_map(|number| random.get(number))
        .filter(|call| call_text(&call.method, &call.arguments).len() <= LONGEST);
    let calls = calls.map(|call| SequenceCall { method: call.method, arguments: call.arguments });
    (calls.collect(), skipped.collect())
}
