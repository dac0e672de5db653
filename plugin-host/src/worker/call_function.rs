//! The child process that calls one function for `call`.

use plugin_interface::HotOptions;
use plugin_interface::dynamic::{Signature, Value};
use serde::{Deserialize, Serialize};

use crate::cli::CallWorkerArgs;
use crate::exit::{Exit, exit_of};
use crate::output::describe;
use crate::signals::note_crashes;
use crate::worker::function;

/// The answer of the function, or the error.
#[derive(Deserialize, Serialize)]
pub(crate) struct CallReply {
    pub(crate) answer: Result<CallAnswer, String>,
}

/// The answer of a function in both forms of output.
#[derive(Deserialize, Serialize)]
pub(crate) struct CallAnswer {
    /// `None` if the function returns nothing.
    pub(crate) text: Option<String>,
    /// Null if the function returns nothing.
    pub(crate) json: serde_json::Value,
}

impl CallAnswer {
    fn of(value: &Value<'_>) -> Self {
        let text = value.to_string();
        let json = match value {
            Value::Void => return CallAnswer { text: None, json: serde_json::Value::Null },
            Value::Bool(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => text.clone().into(),
            },
            _ => text.clone().into(),
        };
        CallAnswer { text: Some(text), json }
    }
}

pub(super) fn run(args: &CallWorkerArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let answered = answer(args);
    let exit = answered.as_ref().map_or_else(exit_of, |_| Exit::Ok);
    let answer = answered.map_err(|error| describe(error.as_ref()));
    std::fs::write(&args.report, serde_json::to_vec(&CallReply { answer })?)?;
    Ok(exit)
}

fn answer(args: &CallWorkerArgs) -> anyhow::Result<CallAnswer> {
    let args = &args.function;
    let signature: Signature = args.signature.parse()?;
    let arguments = signature.read(args.arguments.iter().map(String::as_str))?;
    let library = function::open(&args.file, [&signature], &args.policy, HotOptions::new())?;
    Ok(CallAnswer::of(&function::call(&library, &signature, &arguments)?))
}
