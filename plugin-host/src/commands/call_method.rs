//! `call FILE INTERFACE.METHOD ARGS..`: calls a method of a plugin, whose arguments
//! and answer are JSON.

use plugin_interface::dynamic::check_call;
use plugin_interface::metadata::{InterfaceMetadata, as_written};
use serde_json::Value;

use super::call_answer::print_answer;
#[cfg(unix)]
use super::call_isolated;
use super::interface_name::named;
use crate::cli::CallArgs;
use crate::commands::call_in_child::in_child;
use crate::exit::{Exit, UsageError};
use crate::output::{print_failure, print_note};
use crate::worker::MethodReply;
use crate::worker::child::{ReportFile, again};

pub(super) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    let target = &args.function.signature;
    let metadata = plugin_interface::inspect(&args.function.file)?;
    let (interface, method) = target.rsplit_once('.').unwrap_or((target, ""));
    let interface = named(&metadata, interface).map_err(UsageError)?;
    let arguments = arguments(interface, method, &args.function.arguments)?;
    // Reports mistakes before anything is started.
    check_call(interface, method, &arguments)?;
    #[cfg(unix)]
    if args.isolated {
        return call_isolated::run(args, (interface, method), &arguments);
    }
    let report = ReportFile::new()?;
    let mut command = again("method", &args.function.policy)?;
    command.arg("--report").arg(report.path());
    command.arg(format!("--repeat={}", args.repeat));
    command.args(args.plugin.iter().map(|name| format!("--plugin={name}")));
    command.arg("--").arg(&args.function.file).args([&interface.path, method]);
    command.arg(serde_json::to_string(&arguments)?);
    match in_child(args, target, &mut command, &report)? {
        Ok((MethodReply { answer: Ok(answer), kept, .. }, exit)) => {
            print_answer(&answer, args.json)?;
            if let Some(kept) = kept {
                print_note(&format!("{target} kept {kept} bytes of memory with each call"));
            }
            Ok(exit)
        }
        Ok((MethodReply { answer: Err(error), .. }, exit)) => {
            print_failure(&error, args.json);
            Ok(exit)
        }
        Err(exit) => Ok(exit),
    }
}

/// Parses the arguments, each a value of JSON.
fn arguments(
    interface: &InterfaceMetadata,
    method: &str,
    texts: &[String],
) -> anyhow::Result<Vec<Value>> {
    let found = interface.methods.iter().find(|known| known.name == method);
    let signature = found.map_or(method.to_owned(), |found| as_written(&found.signature));
    let parse = |text: &String| {
        serde_json::from_str(text).map_err(|error| {
            let quoted = Value::String(text.clone());
            let hint = format!("expected JSON, such as '{quoted}' for a text, found `{text}`");
            UsageError(format!("{signature}: {hint}: {error}")).into()
        })
    };
    texts.iter().map(parse).collect()
}
