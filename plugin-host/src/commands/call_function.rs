//! `call FILE SIGNATURE ARGS..`: calls a function of a plain library in a child
//! process, which may crash or hang.

use plugin_interface::dynamic::Signature;

use crate::cli::CallArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_error, print_line};
use crate::worker::CallReply;
use crate::worker::child::{Passed, ReportFile, again, start, wait};

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
        print_error(&format!("{called} did not answer in time"));
        return Ok(Exit::TimedOut);
    };
    match report.read() {
        Some(CallReply { answer: Ok(None) }) => {}
        Some(CallReply { answer: Ok(Some(answer)) }) => print_line(&escaped(&answer))?,
        Some(CallReply { answer: Err(error) }) => print_error(&error),
        None => {
            let how = plugin_interface::describe_exit(status);
            print_error(&format!("{called} crashed: {how}"));
            return Ok(Exit::Crashed);
        }
    }
    Ok(Exit::of(status).unwrap_or(Exit::Crashed))
}
