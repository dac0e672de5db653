//! Loads one library, calls its plugins, and unloads it, in this process.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::Context;
use plugin_interface::metadata::as_written;
use plugin_interface::{Greeter, GreeterProxy, PluginHandle, PluginManager};

use crate::cli::DriveArgs;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::describe;
use crate::report::run::{LibraryReport, RegistrationReport, RunReport};
use crate::signals::note_crashes;

/// The child process of `run`. Writes its report to a file, as stdout is the
/// plugins'.
pub(super) fn run(args: &DriveArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let mut manager = without_probe(&args.policy)?;
    let (report, exit) = drive_file(&mut manager, &args.library, &args.greet);
    fs::write(&args.report, serde_json::to_vec(&report)?)
        .with_context(|| format!("cannot write {}", args.report.display()))?;
    Ok(exit)
}

/// Loads a library, calls its plugins, and unloads it.
pub(crate) fn drive_file(
    manager: &mut PluginManager,
    path: &Path,
    greet: &str,
) -> (RunReport, Exit) {
    let (mut report, mut exit) = (RunReport::default(), Exit::Ok);
    let loaded = manager.load_library(path);
    for rejected in manager.rejected() {
        exit = exit.max(Exit::from(&rejected.error));
        report.reject(&rejected.path, &rejected.error);
    }
    match loaded {
        Ok(handles) if handles.is_empty() => {}
        Ok(handles) => report.libraries.push(drive(path, handles, greet, &mut exit)),
        Err(error) => {
            exit = exit.max(Exit::from(&error));
            report.reject(path, &error);
        }
    }
    (report, exit)
}

/// Calls every plugin of a library, then unloads it.
fn drive(path: &Path, handles: Vec<PluginHandle>, target: &str, exit: &mut Exit) -> LibraryReport {
    let package = handles.first().map(|handle| handle.metadata().package.clone());
    let mut report = LibraryReport {
        file: path.display().to_string(),
        package: package.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        version: package.as_ref().map(|p| p.version.clone()).unwrap_or_default(),
        registrations: Vec::new(),
        made: handles.len() as u64,
        unmade: None,
        isolated: false,
        errors: Vec::new(),
    };
    for handle in &handles {
        let registration = call(handle, target);
        if registration.error.is_some() {
            *exit = (*exit).max(Exit::Crashed);
        }
        report.registrations.push(registration);
    }
    for handle in handles {
        match handle.close() {
            Ok(counter) => report.unmade = report.unmade.max(counter),
            Err(error) => {
                report.unmade = report.unmade.max(error.counter());
                *exit = (*exit).max(error.class().into());
                report.errors.push(describe(&error));
            }
        }
    }
    if report.unmade != Some(report.made) {
        *exit = (*exit).max(Exit::Failed);
        report.errors.push(wrong_counter(report.made, report.unmade));
    }
    report
}

/// Formats the error of a library that did not destroy exactly what it created.
pub(crate) fn wrong_counter(made: u64, counter: Option<u64>) -> String {
    let found = counter.map_or("no number".to_owned(), |count| count.to_string());
    format!("expected an unmaker counter of {made}, found {found}")
}

/// Calls a greeter; lists the methods of any other interface.
pub(crate) fn call(handle: &PluginHandle, target: &str) -> RegistrationReport {
    let mut report = RegistrationReport {
        name: handle.name().to_owned(),
        interface: handle.interface().to_owned(),
        greeter: None,
        greeting: None,
        methods: Vec::new(),
        error: None,
    };
    let Some(greeter) = handle.as_greeter() else {
        let interfaces = &handle.metadata().interfaces;
        let interface = interfaces.iter().find(|interface| interface.path == handle.interface());
        let methods = interface.map(|interface| interface.methods.as_slice()).unwrap_or_default();
        report.methods = methods.iter().map(|method| as_written(&method.signature)).collect();
        return report;
    };
    match greet(&greeter, target) {
        Ok((name, greeting)) => (report.greeter, report.greeting) = (Some(name), Some(greeting)),
        Err(message) => report.error = Some(format!("panicked: {message}")),
    }
    report
}

/// Returns the greeter's name and greeting, or the message of its panic.
fn greet(greeter: &GreeterProxy, target: &str) -> Result<(String, String), String> {
    catch_unwind(AssertUnwindSafe(|| (greeter.name().to_owned(), greeter.greet(target)))).map_err(
        |payload| match payload.downcast::<String>() {
            Ok(message) => *message,
            Err(_) => "without a message".to_owned(),
        },
    )
}
