//! A watcher on a thread of its own, which sends its notifications.

use std::ops::ControlFlow;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, TrySendError, bounded, unbounded};

use super::notification::WatchNotification;
use super::run::{WatchHandler, run};
use super::watcher::Watcher;

/// The longest time without a notification. Until then it is not known that the
/// receiver is gone.
const SILENCE: Duration = Duration::from_millis(250);

/// Starts the thread. It ends when anything is sent to the second channel, or
/// when the other end of one of the two channels is dropped.
pub(crate) fn spawn(watcher: Watcher) -> (Receiver<WatchNotification>, Sender<()>, JoinHandle<()>) {
    // One notification is sent ahead. While nobody reads it, the others wait in
    // the watcher, once for each file.
    let (sender, notifications) = bounded(1);
    // So that nobody who says stop ever waits.
    let (stop, stopped) = unbounded();
    let name = format!("watch {}", watcher.directory().display());
    let thread = thread::Builder::new().name(name.replace('\0', ""));
    let thread = thread.spawn(move || {
        let mut handler = Forward { sender: &sender, stopped: &stopped };
        run(watcher, &stopped, &mut handler);
    });
    (notifications, stop, thread.expect("a thread can start"))
}

/// Sends each notification to the receiver.
struct Forward<'c> {
    sender: &'c Sender<WatchNotification>,
    stopped: &'c Receiver<()>,
}

impl WatchHandler for Forward<'_> {
    fn wake(&self) -> Option<Instant> {
        Some(Instant::now() + SILENCE)
    }

    fn time_up(&mut self) -> ControlFlow<()> {
        self.notice(WatchNotification::Unchanged)
    }

    /// Waits until there is room for a notification.
    fn get_ready(&mut self) -> ControlFlow<()> {
        let mut select = Select::new();
        let room = select.send(self.sender);
        select.recv(self.stopped);
        match select.ready() == room {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }

    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()> {
        match self.sender.try_send(notification) {
            Err(TrySendError::Disconnected(_)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}
