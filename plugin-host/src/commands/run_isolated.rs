//! `run --isolated`: calls the plugins of a library in a worker, as a host does that
//! loads the library in a process of its own.

use std::path::Path;

use plugin_interface::PluginTrait;
use plugin_interface::dynamic::DynamicError;
use plugin_interface::metadata::as_written;
use plugin_interface::process::{Isolated, IsolatedPlugin, WorkerError};

use super::isolation::{print_missing, worker};
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::describe;
use crate::report::run::{LibraryReport, RegistrationReport, RejectedReport, RunReport};

/// Loads a library in a worker, calls its plugins, and ends the worker.
pub(super) fn drive(args: &RunArgs, path: &Path) -> anyhow::Result<(RunReport, Exit)> {
    let mut worker = worker(&args.isolation, args.load.probe_timeout)?;
    if !args.json {
        worker = worker.inherit_output();
    }
    let (mut report, mut exit) = (RunReport::default(), Exit::Ok);
    match without_probe(&args.load.policy)?.load_isolated(path, worker) {
        Ok(library) => {
            print_missing(&library);
            let (registrations, failed) = call_all(&library, &args.greet);
            exit = exit.max(failed);
            report.libraries.push(library_report(&library, registrations));
            eprint!("{}", library.output());
        }
        Err(error) => {
            exit = Exit::from(&error);
            let (file, error) = (path.display().to_string(), describe(&error));
            report.rejected.push(RejectedReport { file, error });
        }
    }
    Ok((report, exit))
}

/// Calls each plugin of a library, and returns the exit code for what failed.
fn call_all(library: &Isolated, target: &str) -> (Vec<RegistrationReport>, Exit) {
    let mut exit = Exit::Ok;
    let call = |plugin: &IsolatedPlugin| {
        let (report, failure) = call(library, plugin, target);
        exit = failure.iter().map(Exit::from).fold(exit, Exit::max);
        report
    };
    let registrations = library.plugins().iter().map(call).collect();
    (registrations, exit)
}

fn library_report(library: &Isolated, registrations: Vec<RegistrationReport>) -> LibraryReport {
    let package = &library.metadata().package;
    LibraryReport {
        file: library.path().display().to_string(),
        package: package.name.clone(),
        version: package.version.clone(),
        made: registrations.len() as u64,
        registrations,
        unmade: None,
        isolated: true,
        errors: Vec::new(),
    }
}

/// Calls a greeter; lists the methods of any other interface. Returns why a call failed.
pub(super) fn call(
    library: &Isolated,
    plugin: &IsolatedPlugin,
    target: &str,
) -> (RegistrationReport, Option<WorkerError>) {
    let interfaces = &library.metadata().interfaces;
    let interface = interfaces.iter().find(|interface| interface.path == plugin.interface());
    let methods = interface.map(|interface| interface.methods.as_slice()).unwrap_or_default();
    let mut report = RegistrationReport {
        name: plugin.name().to_owned(),
        interface: plugin.interface().to_owned(),
        greeter: None,
        greeting: None,
        methods: Vec::new(),
        error: None,
    };
    if plugin.interface() != PluginTrait::Greeter.path() {
        report.methods = methods.iter().map(|method| as_written(&method.signature)).collect();
        return (report, None);
    }
    match greet(plugin, target) {
        Ok((name, greeting)) => {
            (report.greeter, report.greeting) = (Some(name), Some(greeting));
            (report, None)
        }
        Err(error) => {
            report.error = Some(match &error {
                WorkerError::Call(DynamicError::Panicked { message, .. }) => {
                    format!("panicked: {message}")
                }
                error => describe(error),
            });
            (report, Some(error))
        }
    }
}

/// Returns the greeter's name and greeting.
fn greet(plugin: &IsolatedPlugin, target: &str) -> Result<(String, String), WorkerError> {
    let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let name = plugin.call("name", ())?.value;
    Ok((text(name), text(plugin.call("greet", (target,))?.value)))
}
