//! The child processes in which libraries are driven, probed and called, so that
//! a plugin that crashes takes nothing else down.

mod call_function;
mod call_method;
pub(crate) mod child;
pub(crate) mod drive;
mod fault;
pub(crate) mod function;
mod fuzz;
mod memory;
mod probe;
pub(crate) mod repeated_calls;
mod sequence;
mod serve;
pub(crate) mod session_directory;
mod watch_function;

pub(crate) use call_function::{CallAnswer, CallReply};
#[cfg(unix)]
pub(crate) use call_method::chosen_name;
pub(crate) use call_method::{MethodAnswer, MethodReply};
pub(crate) use fault::{ALL_MADE, Fault, FoundFault};
pub(crate) use sequence::{Outcome, Sequence, SequenceCall};
pub(crate) use serve::{ServeOutcome, ServeReply, ServeRequest};

use crate::cli::WorkerCommand;
use crate::exit::Exit;

/// Runs a command of a child process.
pub(crate) fn run(command: &WorkerCommand) -> anyhow::Result<Exit> {
    match command {
        WorkerCommand::Drive(args) => drive::run(args),
        WorkerCommand::Probe(args) => probe::run(args),
        WorkerCommand::Called(args) => call_function::run(args),
        WorkerCommand::Method(args) => call_method::run(args),
        WorkerCommand::Fuzzed(args) => fuzz::run(args),
        WorkerCommand::Sequence(args) => sequence::run(args),
        WorkerCommand::Serve(args) => serve::run(args),
        WorkerCommand::Watched(args) => watch_function::run(args),
    }
}
