//! A watcher with a thread of its own, which tells what it notices.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, TrySendError, bounded, unbounded};

use crate::host::watch::notification::WatchNotification;
use crate::host::watch::watcher::{Waited, Watcher};

/// How long nothing may be told: until then it is not known whether anybody
/// listens.
const SILENCE: Duration = Duration::from_millis(250);

/// Starts the thread. It ends when told so, or when one of the two channels has
/// no other end any more.
pub(crate) fn spawn(watcher: Watcher) -> (Receiver<WatchNotification>, Sender<()>, JoinHandle<()>) {
    // One is told; what is noticed while nobody reads it waits in the watcher,
    // once for each file.
    let (told, notifications) = bounded(1);
    // Whoever says stop never waits, however often.
    let (stop, stopped) = unbounded();
    let name = format!("watch {}", watcher.directory().display());
    let thread = thread::Builder::new().name(name.replace('\0', ""));
    let thread = thread.spawn(move || tell(watcher, &told, &stopped)).expect("a thread can start");
    (notifications, stop, thread)
}

fn tell(mut watcher: Watcher, told: &Sender<WatchNotification>, stopped: &Receiver<()>) {
    loop {
        let next = match watcher.wait(Some(Instant::now() + SILENCE), stopped) {
            Waited::Stopped => return,
            Waited::TimeUp => Some(WatchNotification::Unchanged),
            Waited::Noticed if !has_room(told, stopped) => return,
            Waited::Noticed => watcher.take(),
        };
        let Some(next) = next else { continue };
        if let Err(TrySendError::Disconnected(_)) = told.try_send(next) {
            return;
        }
    }
}

/// Waits until something can be told; `false` if it is to end instead.
fn has_room(told: &Sender<WatchNotification>, stopped: &Receiver<()>) -> bool {
    let mut select = Select::new();
    let room = select.send(told);
    select.recv(stopped);
    select.ready() == room
}
