//! `call FILE SIGNATURE ARGS..`: calls a function of a plain library in a child
//! process, which may crash or hang.

use plugin_interface::dynamic::Signature;
use serde::Serialize;

use crate::cli::CallArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_failure, print_json_line, print_line};
use crate::worker::child::{Passed, ReportFile, again, start, wait};
use crate::worker::{CallAnswer, CallReply};

pub(crate) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    let function = &args.function;
    // Reports mistakes before anything is started.
    let signature: Signature = function.signature.parse()?;
    signature.read(function.arguments.iter().map(String::as_str))?;
    let report = ReportFile::new()?;
    let mut command = again("called", &function.policy)?;
    command.arg("--report").arg(report.path()).arg("--").arg(&function.file);
    command.arg(&function.signature).args(&function.arguments);
    Passed::prepare(&mut command);
    let mut child = start(&mut command)?;
    let passed = Passed::start(&mut child);
    let called = format!("{}: {}()", function.file.display(), signature.name());
    let waited = wait(&mut child, args.timeout)?;
    passed.finish();
    let Some(status) = waited else {
        print_failure(&format!("{called} did not answer in time"), args.json);
        return Ok(Exit::TimedOut);
    };
    match report.read() {
        Some(CallReply { answer: Ok(answer) }) => print(answer, args.json)?,
        Some(CallReply { answer: Err(error) }) => print_failure(&error, args.json),
        None => {
            let how = plugin_interface::describe_exit(status);
            print_failure(&format!("{called} crashed: {how}"), args.json);
            return Ok(Exit::Crashed);
        }
    }
    Ok(Exit::of(status).unwrap_or(Exit::Crashed))
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
