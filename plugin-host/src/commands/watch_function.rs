//! `watch --call SIGNATURE FILE`: calls functions of a plain library again and
//! again, and whatever version there is.

use std::thread;
use std::time::Instant;

use anyhow::{Context, bail};
use plugin_interface::dynamic::{DynamicCallError, Signature};
use plugin_interface::{HotError, HotLibrary, HotReload, LoadError};

use crate::cli::WatchArgs;
use crate::commands::call_function::{call, open};
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_line};
use crate::worker::isolate::again;

/// Calls in a child process, which may crash.
pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    signatures(args)?;
    let mut command = again("watched", &args.load.policy)?;
    command.args(args.call.iter().map(|call| format!("--call={call}")));
    command.args(args.count.iter().map(|count| format!("--count={count}")));
    command.arg(format!("--every={}s", args.every.as_secs_f64())).arg("--").arg(&args.directory);
    let status = command.status().context("cannot start this program once more")?;
    Exit::of(status).map_or_else(
        || {
            let how = plugin_interface::describe_exit(status);
            print_error(&format!("{} crashed: {how}", args.directory.display()));
            Ok(Exit::Crashed)
        },
        Ok,
    )
}

/// The child's side.
pub(crate) fn watched(args: &WatchArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    let signatures = signatures(args)?;
    let library = open(&args.directory, &signatures, &args.load.policy)?;
    let (mut next, mut trouble) = (Instant::now(), Trouble::default());
    for round in 0.. {
        if args.count.is_some_and(|count| round >= count) {
            break;
        }
        if round > 0 {
            reload(args, &library, &mut trouble)?;
        }
        for signature in &signatures {
            match call(&library, signature, &[]) {
                Ok(answer) => {
                    let line = format!("{}() -> {answer}", signature.name());
                    print_line(&escaped(&line))?;
                }
                Err(DynamicCallError::NotDefined(absent)) => {
                    print_line(&escaped(&absent.to_string()))?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        next += args.every;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(Exit::Ok)
}

/// What was said of a file that cannot be loaded, or is about to be.
#[derive(Default, PartialEq)]
struct Trouble {
    message: String,
    is_told: bool,
}

/// Takes the next version into use, if there is one, and says so. An error is
/// said once, for as long as it is the same; that a file is missing or being
/// written, if it still is the next time.
fn reload(args: &WatchArgs, library: &HotLibrary, trouble: &mut Trouble) -> anyhow::Result<()> {
    let error = match library.check_and_reload() {
        Ok(HotReload::Reloaded { generation, .. }) => {
            let file = escaped(&args.directory.display().to_string());
            print_line(&format!("reloaded {file}, version {generation}"))?;
            *trouble = Trouble::default();
            return Ok(());
        }
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let is_usual =
        matches!(&error, HotError::Load(LoadError::StillWritten { .. } | LoadError::Read { .. }));
    let message = describe(&error);
    let is_new = trouble.message != message;
    let is_told = !is_new && trouble.is_told;
    let is_early = is_new && is_usual;
    let tell = !(is_told || is_early);
    if tell {
        print_error(&message);
    }
    *trouble = Trouble { message, is_told: is_told || tell };
    Ok(())
}

fn signatures(args: &WatchArgs) -> anyhow::Result<Vec<Signature>> {
    let parse = |text: &String| -> anyhow::Result<Signature> {
        let signature: Signature = text.parse()?;
        // Nobody says with what.
        signature.read([])?;
        Ok(signature)
    };
    let signatures = args.call.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    if signatures.is_empty() {
        bail!("no function is named; name those to call by --call");
    }
    Ok(signatures)
}
