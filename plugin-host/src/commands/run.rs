//! `run DIR`: load, call and unload every plugin, and count.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::bail;
use plugin_interface::{Greeter, GreeterProxy, LoadError, PluginHandle, UnloadError};
use serde::Serialize;

use crate::build;
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_json, print_line};

/// What became of one library.
#[derive(Serialize)]
struct LibraryReport {
    file: String,
    package: String,
    version: String,
    registrations: Vec<RegistrationReport>,
    made: u64,
    unmade: Option<u64>,
    errors: Vec<String>,
}

/// What one registration answered.
#[derive(Serialize)]
pub(super) struct RegistrationReport {
    name: String,
    interface: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    greeter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    greeting: Option<String>,
    /// The methods of an interface that this command does not know to call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    methods: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// A file that was not loaded.
#[derive(Serialize)]
struct RejectedReport {
    file: String,
    error: String,
}

#[derive(Default, Serialize)]
struct Report {
    libraries: Vec<LibraryReport>,
    rejected: Vec<RejectedReport>,
}

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    let mut report = Report::default();
    let handles = load(args, &mut report, &mut exit)?;
    if handles.is_empty() && report.rejected.is_empty() && exit == Exit::Ok {
        if args.json {
            print_json(&report)?;
        }
        let hint = if args.build { "" } else { ", or --build builds them first" };
        bail!("{}{hint}", super::nothing_in(&args.directory));
    }
    let mut libraries: BTreeMap<PathBuf, Vec<PluginHandle>> = BTreeMap::new();
    for handle in handles {
        libraries.entry(handle.path().to_owned()).or_default().push(handle);
    }
    for (path, handles) in libraries {
        let library = drive(&path, handles, &args.greet, &mut exit);
        if !args.json {
            show(&library)?;
        }
        report.libraries.push(library);
    }
    if args.json {
        print_json(&report)?;
    }
    for rejected in report.rejected.iter().filter(|_| !args.json) {
        print_error(&rejected.error);
    }
    Ok(exit)
}

/// Loads from the directory, or what was built from the sources in it.
fn load(args: &RunArgs, report: &mut Report, exit: &mut Exit) -> anyhow::Result<Vec<PluginHandle>> {
    let mut manager = super::manager(&args.load, &args.greet)?;
    let mut reject = |path: &Path, error: &LoadError| {
        *exit = (*exit).max(Exit::from(error));
        let (file, error) = (path.display().to_string(), describe(error));
        report.rejected.push(RejectedReport { file, error });
    };
    if !args.build {
        let handles = manager.load_all(&args.directory)?;
        for rejected in manager.rejected() {
            reject(&rejected.path, &rejected.error);
        }
        return Ok(handles);
    }
    let built = build::build(&args.directory, args.release)?;
    let mut handles = Vec::new();
    for path in &built.libraries {
        match manager.load_library(path) {
            Ok(loaded) => handles.extend(loaded),
            Err(error) => reject(path, &error),
        }
        for rejected in manager.rejected() {
            reject(&rejected.path, &rejected.error);
        }
    }
    for failure in &built.failures {
        print_error(failure);
        *exit = (*exit).max(Exit::Failed);
    }
    Ok(handles)
}

/// Calls every registration of a library, then unloads it.
fn drive(path: &Path, handles: Vec<PluginHandle>, target: &str, exit: &mut Exit) -> LibraryReport {
    let package = handles.first().map(|handle| handle.metadata().package.clone());
    let mut report = LibraryReport {
        file: path.display().to_string(),
        package: package.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        version: package.as_ref().map(|p| p.version.clone()).unwrap_or_default(),
        registrations: Vec::new(),
        made: handles.len() as u64,
        unmade: None,
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
                if let UnloadError::DropPanicked { counter, .. } = &error {
                    report.unmade = report.unmade.max(*counter);
                    *exit = (*exit).max(Exit::Crashed);
                }
                *exit = (*exit).max(Exit::Failed);
                report.errors.push(describe(&error));
            }
        }
    }
    if report.unmade != Some(report.made) {
        *exit = (*exit).max(Exit::Failed);
        let unmade = report.unmade.map_or("nothing".to_owned(), |count| count.to_string());
        let made = report.made;
        report
            .errors
            .push(format!("expected {made} to be unmade, the unmaker counter says {unmade}"));
    }
    report
}

/// Drives a greeter; names the methods of anything else.
pub(super) fn call(handle: &PluginHandle, target: &str) -> RegistrationReport {
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
        report.methods = methods.iter().map(|method| method.signature.clone()).collect();
        return report;
    };
    match greet(&greeter, target) {
        Ok((name, greeting)) => (report.greeter, report.greeting) = (Some(name), Some(greeting)),
        Err(message) => report.error = Some(format!("panicked: {message}")),
    }
    report
}

/// The greeter's name and greeting, or the message of its panic.
fn greet(greeter: &GreeterProxy, target: &str) -> Result<(String, String), String> {
    catch_unwind(AssertUnwindSafe(|| (greeter.name().to_owned(), greeter.greet(target)))).map_err(
        |payload| match payload.downcast::<String>() {
            Ok(message) => *message,
            Err(_) => "without a message".to_owned(),
        },
    )
}

fn show(library: &LibraryReport) -> std::io::Result<()> {
    let LibraryReport { file, package, version, .. } = library;
    print_line(&escaped(&format!("{file} ({package} {version})")))?;
    for registration in &library.registrations {
        let RegistrationReport { name, interface, methods, .. } = registration;
        let answer = match (&registration.greeter, &registration.greeting, &registration.error) {
            (Some(greeter), Some(greeting), _) => format!("{greeter}: {greeting}"),
            (_, _, Some(error)) => error.clone(),
            _ => format!("not called, has {} methods", methods.len()),
        };
        print_line(&format!("  {}", escaped(&format!("{name} ({interface}): {answer}"))))?;
        for method in methods {
            print_line(&format!("    {}", escaped(method)))?;
        }
    }
    let unmade = library.unmade.map_or("unknown".to_owned(), |count| count.to_string());
    print_line(&format!("  made {}, unmaker counter {unmade}", library.made))?;
    for error in &library.errors {
        print_error(error);
    }
    Ok(())
}
