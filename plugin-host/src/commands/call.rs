//! `call FILE TARGET ARGS..`: calls a method of a plugin, or a function of a plain
//! library, in a child process, which may crash or hang.

use crate::cli::CallArgs;
use crate::commands::{call_function, call_method};
use crate::exit::Exit;
#[cfg(unix)]
use crate::exit::UsageError;

pub(crate) fn run(args: &CallArgs) -> anyhow::Result<Exit> {
    // A signature has brackets, and a method has none.
    match args.function.signature.contains('(') || !args.function.signature.contains('.') {
        #[cfg(unix)]
        true if args.isolated => {
            let error = "--isolated calls methods of plugins; a function runs in a child process \
                         without it";
            Err(UsageError(error.to_owned()).into())
        }
        true => call_function::run(args),
        false => call_method::run(args),
    }
}
