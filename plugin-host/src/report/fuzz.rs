//! What `fuzz` found.

use std::path::Path;

use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct FuzzReport {
    file: String,
    seed: u64,
    pub(crate) interfaces: Vec<FuzzedInterface>,
}

#[derive(Serialize)]
pub(crate) struct FuzzedInterface {
    pub(crate) interface: String,
    /// The number of random calls.
    pub(crate) calls: u64,
    pub(crate) faults: Vec<FoundFault>,
    /// The methods that cannot be called by their names.
    pub(crate) skipped: Vec<SkippedMethod>,
}

#[derive(Serialize)]
pub(crate) struct FoundFault {
    pub(crate) kind: &'static str,
    pub(crate) method: String,
    pub(crate) message: String,
    /// The command that shows it.
    pub(crate) call: String,
}

#[derive(Serialize)]
pub(crate) struct SkippedMethod {
    pub(crate) method: String,
    pub(crate) reason: String,
}

impl FuzzReport {
    pub(crate) fn new(file: &Path, seed: u64) -> Self {
        FuzzReport { file: file.display().to_string(), seed, interfaces: Vec::new() }
    }

    /// Returns the report as text.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for fuzzed in &self.interfaces {
            let FuzzedInterface { interface, calls, faults, skipped } = fuzzed;
            let number = match faults.len() {
                0 => "no fault".to_owned(),
                1 => "1 fault".to_owned(),
                number => format!("{number} faults"),
            };
            let (file, seed) = (&self.file, self.seed);
            lines.push(format!("{file}: {interface}: {number} in {calls} calls with seed {seed}"));
            for FoundFault { kind, method, message, call } in faults {
                let message =
                    if message.is_empty() { String::new() } else { format!(": {message}") };
                lines.push(format!("{method}: {kind}{message}"));
                lines.push(format!("    {call}"));
            }
            for SkippedMethod { method, reason } in skipped {
                lines.push(format!("{method}: not called: {reason}"));
            }
        }
        lines
    }
}
