//! The loop that waits for a watcher.

use std::ops::ControlFlow;
use std::time::Instant;

use crossbeam_channel::Receiver;

use super::notification::WatchNotification;
use super::watcher::{Waited, Watcher};

/// Reacts to a watcher. A handler that returns `Break` ends the loop.
pub(crate) trait WatchHandler {
    /// Returns the time to call `time_up`, if nothing is noticed before.
    fn wake(&self) -> Option<Instant>;

    /// Called at the time that `wake` returned.
    fn time_up(&mut self) -> ControlFlow<()>;

    /// Called before each notification. May wait until the handler can take
    /// one.
    fn get_ready(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Takes a notification.
    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()>;
}

/// Waits for the watcher on this thread, until `stop` or until the handler ends
/// the loop.
pub(crate) fn run(mut watcher: Watcher, stop: &Receiver<()>, handler: &mut impl WatchHandler) {
    loop {
        let flow = match watcher.wait(handler.wake(), stop) {
            Waited::Stopped => return,
            Waited::TimeUp => handler.time_up(),
            Waited::Noticed if handler.get_ready().is_break() => return,
            Waited::Noticed => match watcher.take() {
                Some(notification) => handler.notice(notification),
                None => continue,
            },
        };
        if flow.is_break() {
            return;
        }
    }
}
