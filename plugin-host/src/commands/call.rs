//! `call FILE TARGET ARGS..`: calls a method of a plugin, or a function of a plain
//! library, in a child process, which may crash or hang.

use crate::cli::CallArgs;
use crate::commands::{call_function, call_method};
use crate::exit::Exit;

pub(crate) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    // A signature has brackets, and a method has none.
    match args.function.signature.contains('(') || !args.function.signature.contains('.') {
        true => call_function::run(args),
        false => call_method::run(args),
    }
}
