//! The child process that makes calls one after the other, on one instance.

use std::fs::{self, File};
use std::io::Write as _;

use plugin_interface::dynamic::DynamicError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call_method::{MethodAnswer, chosen};
use crate::cli::SequenceWorkerArgs;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::describe;
use crate::signals::note_crashes;

/// Calls of one plugin.
#[derive(Deserialize, Serialize)]
pub(crate) struct Sequence {
    pub(crate) interface: String,
    pub(crate) plugin: String,
    pub(crate) calls: Vec<SequenceCall>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct SequenceCall {
    pub(crate) method: String,
    pub(crate) arguments: Vec<Value>,
}

/// What came of a call that returned.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Returned(MethodAnswer),
    /// The message of a panic. The line may be another one in the next build.
    Panicked(String),
    Failed(String),
    /// It differs from call to call.
    Varies,
}

impl From<DynamicError> for Outcome {
    fn from(error: DynamicError) -> Self {
        match error {
            DynamicError::Panicked { message, .. } => Outcome::Panicked(message),
            error => Outcome::Failed(describe(&error)),
        }
    }
}

pub(super) fn run(args: &SequenceWorkerArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let sequence: Sequence = serde_json::from_slice(&fs::read(&args.calls)?)?;
    let mut manager = without_probe(&args.policy)?;
    let mut handles = manager.load_library(&args.library)?;
    handles.retain(|handle| handle.interface() == sequence.interface);
    if handles.is_empty()
        && let Some(rejected) = manager.take_rejected().pop()
    {
        return Err(rejected.error.into());
    }
    let handle = chosen(&handles, &sequence.interface, Some(&sequence.plugin))?;
    let proxy = handle.dynamic()?;
    let mut outcomes = File::create(&args.outcomes)?;
    for call in sequence.calls {
        let made = proxy.call(&call.method, call.arguments).map(MethodAnswer::from);
        let outcome = made.map_or_else(Outcome::from, Outcome::Returned);
        // If the next one crashes or hangs, the parent knows it by the lines.
        outcomes.write_all(format!("{}\n", serde_json::to_string(&outcome)?).as_bytes())?;
    }
    Ok(Exit::Ok)
}
