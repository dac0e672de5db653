//! What `check --record` wrote, and what `check --replay` found.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::fuzz::SkippedMethod;
use crate::worker::Outcome;

#[derive(Serialize)]
pub(crate) struct RecordReport {
    file: String,
    calls: String,
    pub(crate) plugins: Vec<RecordedReport>,
}

#[derive(Serialize)]
pub(crate) struct RecordedReport {
    pub(crate) interface: String,
    pub(crate) plugin: String,
    pub(crate) calls: usize,
    /// The calls whose answers differ from time to time.
    pub(crate) varying: usize,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) skipped: Vec<SkippedMethod>,
}

/// A call that ended its process, so that its method is left out.
#[derive(Serialize)]
pub(crate) struct LeftOut {
    pub(crate) call: String,
    pub(crate) reason: String,
}

#[derive(Serialize)]
pub(crate) struct ReplayReport {
    file: String,
    calls: String,
    pub(crate) same: usize,
    pub(crate) changes: Vec<Change>,
    /// The calls after one that ended the process.
    pub(crate) not_made: usize,
    pub(crate) missing: Vec<Missing>,
}

#[derive(Serialize)]
pub(crate) struct Change {
    pub(crate) interface: String,
    pub(crate) plugin: String,
    pub(crate) call: String,
    pub(crate) was: String,
    pub(crate) is: String,
}

/// A plugin that the library does not have.
#[derive(Serialize)]
pub(crate) struct Missing {
    pub(crate) interface: String,
    pub(crate) plugin: String,
    pub(crate) calls: usize,
}

impl RecordReport {
    pub(crate) fn new(file: &Path, calls: &Path) -> Self {
        RecordReport {
            file: file.display().to_string(),
            calls: calls.display().to_string(),
            plugins: Vec::new(),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for plugin in &self.plugins {
            let RecordedReport { interface, plugin, calls, varying, left_out, skipped } = plugin;
            lines.push(format!(
                "{}: {interface}, {plugin}: {}",
                self.calls,
                number(*calls, "call")
            ));
            if *varying > 0 {
                let answers = number(*varying, "answer");
                lines.push(format!("    {answers} of two runs differed, and will not be compared"));
            }
            for LeftOut { call, reason } in left_out {
                lines.push(format!("    {call}: {reason}; the method is left out"));
            }
            for SkippedMethod { method, reason } in skipped {
                lines.push(format!("    {method}: not called: {reason}"));
            }
        }
        lines
    }
}

impl ReplayReport {
    pub(crate) fn new(file: &Path, calls: &Path) -> Self {
        ReplayReport {
            file: file.display().to_string(),
            calls: calls.display().to_string(),
            same: 0,
            changes: Vec::new(),
            not_made: 0,
            missing: Vec::new(),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let same = number(self.same, "answer");
        let mut lines = vec![match self.changes.len() {
            0 => format!("{}: {same} as recorded", self.file),
            changes => format!("{}: {same} as recorded, {changes} changed", self.file),
        }];
        for Change { interface, plugin, call, was, is } in &self.changes {
            lines.push(format!("{interface}, {plugin}: {call}"));
            lines.push(format!("    was {was}"));
            lines.push(format!("    is  {is}"));
        }
        if self.not_made > 0 {
            let calls = number(self.not_made, "call");
            lines.push(format!("{calls} not made, after the one that ended the process"));
        }
        for Missing { interface, plugin, calls } in &self.missing {
            let calls = number(*calls, "call");
            lines.push(format!("{interface}, {plugin}: no such plugin, for {calls}"));
        }
        lines
    }
}

fn number(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns a call as `call` takes it: the method and its arguments in JSON.
pub(crate) fn call_text(method: &str, arguments: &[Value]) -> String {
    let arguments = arguments.iter().map(|argument| format!(" {argument}"));
    format!("{method}{}", arguments.collect::<String>())
}

pub(crate) fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(answer) => {
            let changed =
                answer.changed.iter().map(|(place, value)| format!(", {place} = {value}"));
            format!("{}{}", answer.answer, changed.collect::<String>())
        }
        Outcome::Panicked(message) => format!("a panic: {message}"),
        Outcome::Failed(message) => message.clone(),
        Outcome::Varies => "one that differs from time to time".to_owned(),
    }
}
