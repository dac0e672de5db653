//! `call FILE SIGNATURE ARGS..`: calls one function of a plain library, in a
//! process of its own, which may crash or hang.
#![expect(unsafe_code, reason = "calls a function as its user says that it is")]

use std::path::Path;

use anyhow::Context;
use plugin_interface::dynamic::{DynamicCallError, Signature, Value};
use plugin_interface::{HotLibrary, HotOptions};
use serde::{Deserialize, Serialize};

use crate::cli::{CallArgs, CalledArgs, PolicyArgs};
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_line};
use crate::worker::isolate::{again, wait};

/// What the child process has to say: what the function answered, or why not.
#[derive(Serialize, Deserialize)]
struct Report {
    answer: Result<Option<String>, String>,
}

pub(crate) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    // Told before anything is started.
    let signature: Signature = args.call.signature.parse()?;
    signature.read(args.call.arguments.iter().map(String::as_str))?;
    let folder = tempfile::tempdir().context("cannot make a temporary directory")?;
    let report = folder.path().join("report");
    let mut command = again("called", &args.call.policy)?;
    command.arg("--report").arg(&report).arg("--").arg(&args.call.file);
    command.arg(&args.call.signature).args(&args.call.arguments);
    let mut child = command.spawn().context("cannot start this program once more")?;
    let file = args.call.file.display();
    let Some(status) = wait(&mut child, args.timeout)? else {
        print_error(&format!("{file}: {}() did not answer in time", signature.name()));
        return Ok(Exit::TimedOut);
    };
    let written = std::fs::read(&report).ok();
    match written.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        Some(Report { answer: Ok(None) }) => {}
        Some(Report { answer: Ok(Some(answer)) }) => print_line(&escaped(&answer))?,
        Some(Report { answer: Err(error) }) => print_error(&error),
        None => {
            let how = plugin_interface::describe_exit(status);
            print_error(&format!("{file}: {}() crashed: {how}", signature.name()));
            return Ok(Exit::Crashed);
        }
    }
    Ok(Exit::of(status).unwrap_or(Exit::Crashed))
}

/// The child's side.
pub(crate) fn called(args: &CalledArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    let answered = answer(args);
    let exit = answered.as_ref().map_or_else(crate::exit::exit_of, |_| Exit::Ok);
    let answer = answered.map_err(|error| describe(error.as_ref()));
    std::fs::write(&args.report, serde_json::to_vec(&Report { answer })?)?;
    Ok(exit)
}

/// `None` if the function returns nothing.
fn answer(args: &CalledArgs) -> anyhow::Result<Option<String>> {
    let signature: Signature = args.call.signature.parse()?;
    let arguments = signature.read(args.call.arguments.iter().map(String::as_str))?;
    let library = open(&args.call.file, [&signature], &args.call.policy)?;
    Ok(match call(&library, &signature, &arguments)? {
        Value::Void => None,
        answer => Some(answer.to_string()),
    })
}

/// Opens a library for the functions of some signatures.
pub(super) fn open<'s>(
    file: &Path,
    signatures: impl IntoIterator<Item = &'s Signature>,
    policy: &PolicyArgs,
) -> anyhow::Result<HotLibrary> {
    let names: Vec<_> = signatures.into_iter().map(Signature::name).collect();
    Ok(HotOptions::new().policy(crate::manager::policy(policy)?).open(file, &names)?)
}

/// Calls the function that the signature names.
pub(super) fn call(
    library: &HotLibrary,
    signature: &Signature,
    arguments: &[Value<'_>],
) -> Result<Value<'static>, DynamicCallError> {
    // SAFETY: whoever typed the signature says that it is that of the function:
    // nobody else can know. What comes of an error in it ends a process that
    // does nothing else.
    unsafe { library.call_dynamic(signature.name(), signature, arguments) }
}
