//! The child process that calls functions for `watch --call`.

use std::path::Path;
use std::thread;
use std::time::Instant;

use plugin_interface::dynamic::{DynamicCallError, Signature};
use plugin_interface::{
    HotError, HotEvent, HotLibrary, HotOptions, HotReload, LoadError, UnloadOutcome,
};

use crate::cli::WatchArgs;
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_line, print_note};
use crate::signals::note_crashes;
use crate::streams::is_unread;
use crate::worker::function::{call, open, without_parameters};

pub(super) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let signatures = without_parameters(&args.call)?;
    let options = match args.retain {
        true => HotOptions::new().retain(),
        false => HotOptions::new(),
    };
    let library = open(&args.path, &signatures, &args.load.policy, options)?;
    library.on_reload(|event| {
        if let HotEvent::Unloaded { generation, outcome } = event
            && *outcome != UnloadOutcome::Unmapped
        {
            print_note(&format!("version {generation} stays in memory: {outcome}"));
        }
    });
    note_that_it_stays(&args.path);
    let (mut next, mut last_error) = (Instant::now(), LastError::default());
    for round in 0.. {
        if is_unread() || args.count.is_some_and(|count| round >= count) {
            break;
        }
        if round > 0 {
            reload(args, &library, &mut last_error)?;
        }
        signatures.iter().try_for_each(|signature| call_and_print(&library, signature))?;
        next += args.every;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(Exit::Ok)
}

/// Says before the first reload that versions will not be unmapped.
fn note_that_it_stays(path: &Path) {
    if let Ok(Some(reason)) = plugin_interface::stays_mapped(path) {
        print_note(&format!("{} stays mapped: {reason}", path.display()));
    }
}

fn call_and_print(library: &HotLibrary, signature: &Signature) -> anyhow::Result<()> {
    let line = match call(library, signature, &[]) {
        Ok(answer) => format!("{}() -> {answer}", signature.name()),
        Err(DynamicCallError::NotDefined(absent)) => absent.to_string(),
        Err(error) => return Err(error.into()),
    };
    print_line(&escaped(&line))?;
    Ok(())
}

/// The last error of a reload.
#[derive(Default, PartialEq)]
struct LastError {
    message: String,
    is_reported: bool,
}

/// Loads the next version, if there is one.
///
/// Reports an error once for as long as it stays the same. A file that is
/// missing or being written is reported only if it still is the next time.
fn reload(args: &WatchArgs, library: &HotLibrary, last: &mut LastError) -> anyhow::Result<()> {
    let error = match library.check_and_reload() {
        Ok(HotReload::Reloaded { generation, .. }) => {
            let file = escaped(&args.path.display().to_string());
            print_line(&format!("reloaded {file}, version {generation}"))?;
            *last = LastError::default();
            return Ok(());
        }
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let is_usual =
        matches!(&error, HotError::Load(LoadError::StillWritten { .. } | LoadError::Read { .. }));
    let message = describe(&error);
    let is_new = last.message != message;
    let was_reported = !is_new && last.is_reported;
    let is_early = is_new && is_usual;
    let report = !(was_reported || is_early);
    if report {
        print_error(&message);
    }
    *last = LastError { message, is_reported: was_reported || report };
    Ok(())
}
