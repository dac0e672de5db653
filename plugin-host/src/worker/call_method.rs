//! The child process that calls one method of a plugin for `call`.

use plugin_interface::dynamic::{Answer, DynamicError};
use plugin_interface::{PluginHandle, PluginManager};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cli::MethodWorkerArgs;
use crate::exit::{Exit, UsageError, exit_of};
use crate::manager::without_probe;
use crate::output::describe;
use crate::signals::note_crashes;
use crate::worker::fault::Fault;
use crate::worker::memory::Growth;

/// The answer of the method, or the error.
#[derive(Deserialize, Serialize)]
pub(crate) struct MethodReply {
    pub(crate) answer: Result<MethodAnswer, String>,
    /// What is wrong, if the plugin is.
    pub(crate) fault: Option<Fault>,
    /// The bytes that each of several calls kept.
    pub(crate) kept: Option<u64>,
}

/// The answer of a method in both forms of output.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct MethodAnswer {
    pub(crate) answer: Value,
    /// The `&mut` arguments after the call, by their places.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) changed: Map<String, Value>,
    /// The interfaces of the objects that the answer refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) objects: Vec<String>,
}

impl From<Answer> for MethodAnswer {
    fn from(answer: Answer) -> Self {
        let path =
            |object: &plugin_interface::dynamic::DynamicProxy| object.interface().path.clone();
        MethodAnswer {
            objects: answer.objects.iter().map(path).collect(),
            changed: answer.changed.into_iter().collect(),
            answer: answer.value,
        }
    }
}

pub(super) fn run(args: &MethodWorkerArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let mut manager = without_probe(&args.policy)?;
    let mut growth = Growth::over(args.repeat);
    let called = call(&mut manager, args, &mut growth);
    let exit = match &called {
        Ok(answer) if answer.failed => Exit::Failed,
        Ok(_) => Exit::Ok,
        Err(error) => exit_of(error),
    };
    let error = called.as_ref().err().and_then(|error| error.downcast_ref::<DynamicError>());
    let (fault, kept) = (error.and_then(Fault::of), growth.kept());
    // Objects are dropped here, where it is seen if that crashes.
    let answer = called.map(MethodAnswer::from).map_err(|error| describe(error.as_ref()));
    std::fs::write(&args.report, serde_json::to_vec(&MethodReply { answer, fault, kept })?)?;
    Ok(exit)
}

fn call(
    manager: &mut PluginManager,
    args: &MethodWorkerArgs,
    growth: &mut Growth,
) -> anyhow::Result<Answer> {
    let arguments: Vec<Value> = serde_json::from_str(&args.arguments)?;
    let mut handles = manager.load_library(&args.library)?;
    handles.retain(|handle| handle.interface() == args.interface);
    if handles.is_empty()
        && let Some(rejected) = manager.take_rejected().pop()
    {
        return Err(rejected.error.into());
    }
    let proxy = chosen(&handles, &args.interface, args.plugin.as_deref())?.dynamic()?;
    let mut answer = proxy.call(&args.method, &arguments)?;
    for number in 2..=args.repeat {
        answer = proxy.call(&args.method, &arguments)?;
        growth.called(number);
    }
    Ok(answer)
}

/// Returns the plugin of that name, or the only one.
pub(super) fn chosen<'h>(
    handles: &'h [PluginHandle],
    interface: &str,
    plugin: Option<&str>,
) -> anyhow::Result<&'h PluginHandle> {
    let names: Vec<_> = handles.iter().map(PluginHandle::name).collect();
    Ok(&handles[chosen_name(&names, interface, plugin)?])
}

/// Returns the place of the plugin of that name, or of the only one.
pub(crate) fn chosen_name(
    names: &[&str],
    interface: &str,
    plugin: Option<&str>,
) -> anyhow::Result<usize> {
    let is_it = |name: &&str| plugin.is_none_or(|plugin| plugin == *name);
    let found: Vec<_> = (0..names.len()).filter(|index| is_it(&names[*index])).collect();
    if let [index] = found[..] {
        return Ok(index);
    }
    let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let error = match plugin {
        Some(name) => format!("no plugin of {interface} is named {name}; there are {listed}"),
        None if names.is_empty() => format!("no plugin implements {interface}"),
        None => {
            format!("several plugins implement {interface}; write --plugin and one of {listed}")
        }
    };
    Err(UsageError(error).into())
}
