//! Makes recorded calls again.

use std::path::Path;

use plugin_interface::PluginMetadata;
use plugin_interface::dynamic::check_call;

use super::check_file;
use super::file::{Recorded, RecordedCall, RecordedPlugin};
use super::in_child::{make, try_load};
use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_json, print_line};
use crate::report::golden::{Change, Missing, ReplayReport, call_text, outcome_text};
use crate::worker::{Outcome, Sequence, SequenceCall};

pub(in super::super) fn replay(args: &CheckArgs, file: &Path) -> anyhow::Result<Exit> {
    check_file(&args.path)?;
    let recorded = Recorded::read(file)?;
    let metadata = plugin_interface::inspect(&args.path)?;
    let mut replay = Replay { args, report: ReplayReport::new(&args.path, file), exit: Exit::Ok };
    for plugin in recorded.plugins {
        if let Some(failed) = replay.plugin(&metadata, plugin)? {
            return Ok(failed);
        }
    }
    match args.json {
        true => print_json(&replay.report)?,
        false => replay.report.lines().iter().try_for_each(|line| print_line(&escaped(line)))?,
    }
    Ok(replay.exit)
}

struct Replay<'a> {
    args: &'a CheckArgs,
    report: ReplayReport,
    exit: Exit,
}

impl Replay<'_> {
    /// Makes the calls of one plugin. Returns the exit code of a failed load.
    fn plugin(
        &mut self,
        metadata: &PluginMetadata,
        recorded: RecordedPlugin,
    ) -> anyhow::Result<Option<Exit>> {
        let RecordedPlugin { interface, plugin, calls } = recorded;
        let is_there =
            metadata.registrations.iter().any(|of| of.interface == interface && of.name == plugin);
        let found = metadata.interfaces.iter().find(|of| of.path == interface);
        let Some(found) = found.filter(|_| is_there) else {
            self.exit = self.exit.max(Exit::Incompatible);
            self.report.missing.push(Missing { interface, plugin, calls: calls.len() });
            return Ok(None);
        };
        let mut sequence = Sequence { interface, plugin, calls: Vec::new() };
        let mut possible = Vec::new();
        for call in calls {
            match check_call(found, &call.method, &call.arguments) {
                Ok(()) => possible.push(call),
                Err(error) => {
                    let error = format!("cannot be called: {error}");
                    self.changed(&sequence, &call, error, Exit::Incompatible);
                }
            }
        }
        let calls = possible.iter().map(|call| SequenceCall {
            method: call.method.clone(),
            arguments: call.arguments.clone(),
        });
        sequence.calls = calls.collect();
        if let Some(failed) = try_load(self.args, &sequence)? {
            return Ok(Some(failed));
        }
        let made = make(self.args, &sequence)?;
        let number = made.outcomes.len();
        for (call, outcome) in possible.iter().zip(made.outcomes) {
            let varied = call.outcome == Outcome::Varies && matches!(outcome, Outcome::Returned(_));
            if varied || call.outcome == outcome {
                self.report.same += 1;
            } else {
                self.changed(&sequence, call, outcome_text(&outcome), Exit::Failed);
            }
        }
        if let Some(end) = made.end {
            self.changed(&sequence, &possible[number], end.reason, end.exit);
            // The instance that they were recorded with is gone.
            self.report.not_made += possible.len() - number - 1;
        }
        Ok(None)
    }

    fn changed(&mut self, of: &Sequence, call: &RecordedCall, is: String, exit: Exit) {
        self.exit = self.exit.max(exit);
        self.report.changes.push(Change {
            interface: of.interface.clone(),
            plugin: of.plugin.clone(),
            call: call_text(&call.method, &call.arguments),
            was: outcome_text(&call.outcome),
            is,
        });
    }
}
