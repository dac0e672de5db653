//! `dev CRATE|DIR`: builds a plugin at each save, and replaces the version that
//! serves.
//!
//! One loop waits for events: files, builds, the process that holds the plugin,
//! keys. It does nothing that takes long itself.

mod build;
mod event;
mod host;
mod keys;
mod placed;
mod plugin;
mod reports;
mod saves;
mod server;
mod session;
mod sources;
mod steps;
mod verdict;
mod version;

use std::time::{Duration, Instant};

use anyhow::Context;
use plugin_interface::crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use crate::cli::DevArgs;
use crate::exit::Exit;
use crate::signals;
use crate::streams::is_unread;
use event::Event;
use keys::Keys;
use plugin::Plugin;
use session::Session;

/// An interrupt that is passed on twice is the same.
const SAME_INTERRUPT: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &DevArgs) -> anyhow::Result<Exit> {
    let plugin = Plugin::find(&args.plugin)?;
    let (send, events) = unbounded();
    stop_on_interrupt(send.clone())?;
    let mut session = Session::new(args, plugin, send.clone())?;
    {
        // A host has the keys for itself. The terminal is as before after this block.
        let keys = (args.host.is_empty() && !args.json).then(|| Keys::read(send)).flatten();
        session.begin(keys.is_some())?;
        follow(&mut session, &events)?;
    }
    session.end()
}

/// Processes events until one says to stop.
fn follow(session: &mut Session<'_>, events: &Receiver<Event>) -> anyhow::Result<()> {
    let mut goes_on = !is_unread();
    while goes_on {
        let event = match session.wake() {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wake) => events.recv_timeout(wake.saturating_duration_since(Instant::now())),
        };
        goes_on = match event {
            Ok(event) => session.handle(event)?,
            Err(RecvTimeoutError::Timeout) => session.time_up()?,
            Err(RecvTimeoutError::Disconnected) => false,
        } && !is_unread();
    }
    Ok(())
}

/// Ends the loop at the first Ctrl-C, and the process at a later one.
fn stop_on_interrupt(events: Sender<Event>) -> anyhow::Result<()> {
    let mut first: Option<Instant> = None;
    let handler = move || match first {
        None => {
            first = Some(Instant::now());
            let _ = events.send(Event::Interrupt);
        }
        Some(first) if first.elapsed() > SAME_INTERRUPT => std::process::exit(signals::INTERRUPTED),
        Some(_) => {}
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}
