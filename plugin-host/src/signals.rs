//! The signals that this program heeds.

#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::cli::Command;
use crate::worker::session_directory;

/// The exit code after Ctrl-C, as shells have it.
pub(crate) const INTERRUPTED: i32 = 130;

/// Heeds the signals that concern a command. A child process of this program
/// leaves them to the libraries in it.
pub(crate) fn prepare(command: &Command) -> anyhow::Result<()> {
    if matches!(command, Command::Worker(_)) {
        return Ok(());
    }
    wait_for_children()?;
    let is_watch = matches!(command, Command::Watch(args) if args.call.is_empty());
    if is_watch || matches!(command, Command::Dev(_)) {
        // It ends its session first.
        return Ok(());
    }
    if matches!(command, Command::Run(args) if args.gdb) {
        // Ctrl-C is for the debugger, which has the terminal.
        ctrlc::set_handler(|| {})?;
        return Ok(());
    }
    ctrlc::set_handler(|| {
        session_directory::remove();
        std::process::exit(INTERRUPTED);
    })?;
    Ok(())
}

/// Ends this process as an interrupt does, if one has ended its child: a terminal
/// sends it to both, and the child may be the first to end.
pub(crate) fn heed_interrupt_of(child: Option<ExitStatus>) {
    #[cfg(unix)]
    if child.and_then(|status| status.signal()) == Some(signal_hook::consts::SIGINT) {
        session_directory::remove();
        std::process::exit(INTERRUPTED);
    }
    #[cfg(not(unix))]
    let _ = child;
}

/// Names the plugins that were running when this process dies.
pub(crate) fn note_crashes() {
    // Where it is not supported, the exit code says that one crashed.
    let _ = plugin_interface::crash_notes::install();
}

/// Makes the exit statuses of children available, which are lost if the program
/// that started this one ignores `SIGCHLD`.
#[cfg(unix)]
fn wait_for_children() -> std::io::Result<()> {
    // Any handler will do: only an ignored signal drops the statuses.
    let is_sent = std::sync::Arc::default();
    signal_hook::flag::register(signal_hook::consts::SIGCHLD, is_sent).map(drop)
}

#[cfg(not(unix))]
fn wait_for_children() -> std::io::Result<()> {
    Ok(())
}
