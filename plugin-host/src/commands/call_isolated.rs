//! `call --isolated`: calls a method in a worker, as a host does that loads the library
//! in a process of its own.

use std::time::Duration;

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::process::IsolatedPlugin;
use serde_json::Value;

use super::call_answer::print_answer;
use super::isolation::{print_missing, worker};
use crate::cli::CallArgs;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::worker::{MethodAnswer, chosen_name};

pub(super) fn run(
    args: &CallArgs,
    (interface, method): (&InterfaceMetadata, &str),
    arguments: &[Value],
) -> anyhow::Result<Exit> {
    let mut worker = worker(&args.isolation, args.timeout.unwrap_or(Duration::MAX))?;
    if !args.json {
        worker = worker.inherit_output();
    }
    let manager = without_probe(&args.function.policy)?;
    let library = manager.load_isolated(&args.function.file, worker)?;
    print_missing(&library);
    let mut plugins = library.plugins();
    plugins.retain(|plugin| plugin.interface() == interface.path);
    let names: Vec<_> = plugins.iter().map(IsolatedPlugin::name).collect();
    let plugin = &plugins[chosen_name(&names, &interface.path, args.plugin.as_deref())?];
    let mut answer = plugin.call(method, arguments)?;
    for _ in 1..args.repeat {
        answer = plugin.call(method, arguments)?;
    }
    eprint!("{}", library.output());
    let exit = if answer.failed { Exit::Failed } else { Exit::Ok };
    let changed = answer.changed.into_iter().collect();
    print_answer(&MethodAnswer { answer: answer.value, changed, objects: Vec::new() }, args.json)?;
    Ok(exit)
}
