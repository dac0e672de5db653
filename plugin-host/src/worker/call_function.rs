//! The child process that calls one function for `call`.

use plugin_interface::dynamic::{Signature, Value};
use serde::{Deserialize, Serialize};

use crate::cli::CallWorkerArgs;
use crate::exit::{Exit, exit_of};
use crate::output::describe;
use crate::worker::function;

/// The answer of the function, or the error.
#[derive(Deserialize, Serialize)]
pub(crate) struct CallReply {
    /// `None` if the function returns nothing.
    pub(crate) answer: Result<Option<String>, String>,
}

pub(super) fn run(args: &CallWorkerArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    let answered = answer(args);
    let exit = answered.as_ref().map_or_else(exit_of, |_| Exit::Ok);
    let answer = answered.map_err(|error| describe(error.as_ref()));
    std::fs::write(&args.report, serde_json::to_vec(&CallReply { answer })?)?;
    Ok(exit)
}

fn answer(args: &CallWorkerArgs) -> anyhow::Result<Option<String>> {
    let args = &args.function;
    let signature: Signature = args.signature.parse()?;
    let arguments = signature.read(args.arguments.iter().map(String::as_str))?;
    let library = function::open(&args.file, [&signature], &args.policy)?;
    Ok(match function::call(&library, &signature, &arguments)? {
        Value::Void => None,
        answer => Some(answer.to_string()),
    })
}
