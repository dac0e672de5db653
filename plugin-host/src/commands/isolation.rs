//! The worker of a library, as the options say.

use std::time::Duration;

use plugin_interface::process::{Isolated, Limits, Sandbox, Worker};

use crate::cli::{IsolationArgs, SandboxKind};
use crate::output::print_note;

/// Returns the worker for a library. It runs this program.
pub(super) fn worker(args: &IsolationArgs, deadline: Duration) -> anyhow::Result<Worker> {
    let worker = Worker::new(std::env::current_exe()?).limits(limits(args)).deadline(deadline);
    Ok(match sandbox(args) {
        Some(sandbox) => worker.sandbox(sandbox),
        None => worker,
    })
}

fn limits(args: &IsolationArgs) -> Limits {
    let mut limits = Limits::new();
    if let Some(bytes) = args.memory {
        limits = limits.memory(bytes);
    }
    if let Some(time) = args.processor_time {
        limits = limits.processor_time(time);
    }
    if let Some(files) = args.files {
        limits = limits.files(files);
    }
    limits
}

fn sandbox(args: &IsolationArgs) -> Option<Sandbox> {
    let mut sandbox = match args.sandbox? {
        SandboxKind::Strict => Sandbox::strict(),
        SandboxKind::BestEffort => Sandbox::strict().best_effort(),
    };
    for path in &args.allow_read {
        sandbox = sandbox.read(path);
    }
    for path in &args.allow_write {
        sandbox = sandbox.write(path);
    }
    for port in &args.allow_connect {
        sandbox = sandbox.connect(*port);
    }
    for port in &args.allow_listen {
        sandbox = sandbox.listen(*port);
    }
    Some(sandbox)
}

/// Says what the kernel does not enforce.
pub(super) fn print_missing(library: &Isolated) {
    if let Some(enforced) = library.enforced().filter(|enforced| !enforced.is_full()) {
        print_note(&format!("{}: the sandbox has {enforced}", library.path().display()));
    }
}
