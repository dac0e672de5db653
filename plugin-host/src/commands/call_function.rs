//! `call FILE SIGNATURE ARGS..`: calls a function of a plain library in a child
//! process, which may crash or hang.

use plugin_interface::dynamic::Signature;
use serde::Serialize;

use crate::cli::CallArgs;
use crate::commands::call_in_child::in_child;
use crate::exit::Exit;
use crate::output::{escaped, print_failure, print_json_line, print_line};
use crate::worker::child::{ReportFile, again};
use crate::worker::{CallAnswer, CallReply};

pub(super) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    let function = &args.function;
    // Reports mistakes before anything is started.
    let signature: Signature = function.signature.parse()?;
    signature.read(function.arguments.iter().map(String::as_str))?;
    let report = ReportFile::new()?;
    let mut command = again("called", &function.policy)?;
    command.arg("--report").arg(report.path()).arg("--").arg(&function.file);
    command.arg(&function.signature).args(&function.arguments);
    let called = format!("{}()", signature.name());
    match in_child(args, &called, &mut command, &report)? {
        Ok((CallReply { answer: Ok(answer) }, exit)) => {
            print(answer, args.json)?;
            Ok(exit)
        }
        Ok((CallReply { answer: Err(error) }, exit)) => {
            print_failure(&error, args.json);
            Ok(exit)
        }
        Err(exit) => Ok(exit),
    }
}

fn print(answer: CallAnswer, is_json: bool) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Answer {
        answer: serde_json::Value,
    }
    match answer.text {
        _ if is_json => print_json_line(&Answer { answer: answer.json }),
        Some(text) => Ok(print_line(&escaped(&text))?),
        None => Ok(()),
    }
}
