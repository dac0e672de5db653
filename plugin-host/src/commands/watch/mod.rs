//! `watch DIR`: loads the plugins of a directory and reloads each when its file
//! changes, until Ctrl-C.

mod greeting;
#[cfg(unix)]
mod isolated;
mod noticed;
mod session;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use plugin_interface::crossbeam_channel::Sender;
use plugin_interface::{LoadError, WatchOptions};

use crate::cli::WatchArgs;
use crate::exit::Exit;
use crate::report::watch::{WatchLine, Way};
use crate::signals;
use crate::streams::is_unread;
use greeting::Greeting;
#[cfg(unix)]
use isolated::IsolatedSession;
use noticed::pass_on;
use session::Session;

const SAME_INTERRUPT: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    check_directory(&args.path)?;
    signals::note_crashes();
    let mut manager = crate::manager::manager(&args.load, &args.greet)?;
    if let Some(interval) = args.poll {
        manager = manager.with_polling(interval);
    }
    let options = WatchOptions {
        debounce_ms: args.debounce,
        recursive: args.recursive,
        ..WatchOptions::default()
    };
    let (notifications, stop, _thread) =
        manager.start_watch_background(&args.path, options.clone());
    stop_on_interrupt(stop)?;
    let directory = args.path.display().to_string();
    WatchLine::Watching { directory, way: Way::of(args) }.print(args.json)?;
    if is_unread() {
        return Ok(Exit::Ok);
    }
    let greeting = Greeting::start(args.greet.clone(), args.json);
    #[cfg(unix)]
    if args.isolated {
        return IsolatedSession::new(args, greeting)?.run(&notifications);
    }
    let (notifications, noticed) = pass_on(notifications, greeting.remover());
    let mut session = Session::new(args, noticed, greeting);
    let handle = |notification| session.handle(notification);
    manager.process_all_watch_notifications_blocking(&args.path, notifications, options, handle);
    session.end(&mut manager)
}

fn check_directory(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        return Err(LoadError::DirectoryMissing { path: path.to_owned() }.into());
    }
    if !path.is_dir() {
        let error = LoadError::NotADirectory { path: path.to_owned() };
        let hint = "to watch a plain library, name a function to call: `--call 'foo() -> int'`";
        return Err(anyhow::Error::from(error).context(hint));
    }
    Ok(())
}

/// Ends the watch at the first Ctrl-C, and the process at a later one.
///
/// Wrappers such as `timeout` pass one interrupt on twice, so another one within
/// [`SAME_INTERRUPT`] is the same.
fn stop_on_interrupt(stop: Sender<()>) -> anyhow::Result<()> {
    let mut first = None;
    let handler = move || match first {
        None => {
            first = Some(Instant::now());
            let _ = stop.send(());
        }
        // A plugin may hang.
        Some(first) if first.elapsed() > SAME_INTERRUPT => std::process::exit(signals::INTERRUPTED),
        Some(_) => {}
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}
