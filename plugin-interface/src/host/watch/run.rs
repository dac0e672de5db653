//! The loop that waits for a watcher.

use std::ops::ControlFlow;
use std::time::Instant;

use crossbeam_channel::{Receiver, never};

use super::notification::WatchNotification;
use super::watcher::{Waited, Watcher, wait};
use crate::runtime::failure::contain;

/// Reacts to a watcher. A handler that returns `Break` ends the loop.
pub(crate) trait WatchHandler {
    /// Returns the time to call `time_up`, if nothing is noticed before.
    fn wake(&self) -> Option<Instant>;

    /// Called at the time that `wake` returned.
    fn time_up(&mut self) -> ControlFlow<()>;

    /// Returns a channel by which somebody asks for a retry.
    fn asked(&self) -> Receiver<()> {
        never()
    }

    /// Tries what failed again.
    fn retry(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Called before each notification. May wait until the handler can take
    /// one.
    fn get_ready(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Takes a notification.
    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()>;
}

/// A handler on a thread of this crate, whose panics do not end the watch.
pub(crate) struct Contained<H>(pub(crate) H);

/// Reports a panic of a handler.
pub(crate) trait ReportPanic {
    fn panicked(&mut self, message: String);
}

impl<H: WatchHandler + ReportPanic> Contained<H> {
    fn contain(&mut self, run: impl FnOnce(&mut H) -> ControlFlow<()>) -> ControlFlow<()> {
        contain(|| run(&mut self.0)).unwrap_or_else(|message| {
            let message = format!("a reload panicked: {message}");
            // Nothing more can be reported to a listener that panics over it.
            let _ = contain(|| self.0.panicked(message));
            ControlFlow::Continue(())
        })
    }
}

impl<H: WatchHandler + ReportPanic> WatchHandler for Contained<H> {
    fn wake(&self) -> Option<Instant> {
        self.0.wake()
    }

    fn time_up(&mut self) -> ControlFlow<()> {
        self.contain(H::time_up)
    }

    fn asked(&self) -> Receiver<()> {
        self.0.asked()
    }

    fn retry(&mut self) -> ControlFlow<()> {
        self.contain(H::retry)
    }

    fn get_ready(&mut self) -> ControlFlow<()> {
        self.contain(H::get_ready)
    }

    fn notice(&mut self, notification: WatchNotification) -> ControlFlow<()> {
        self.contain(|handler| handler.notice(notification))
    }
}

/// Waits for the watcher on this thread, until `stop` or until the handler ends
/// the loop.
pub(crate) fn run(watcher: Watcher, stop: &Receiver<()>, handler: &mut impl WatchHandler) {
    run_all(&mut [watcher], stop, handler);
}

/// Waits for all of these watchers, which wake each other. See [`run`].
pub(crate) fn run_all(
    watchers: &mut [Watcher],
    stop: &Receiver<()>,
    handler: &mut impl WatchHandler,
) {
    let asked = handler.asked();
    loop {
        let flow = match wait(watchers, handler.wake(), stop, &asked) {
            Waited::Stopped => return,
            Waited::Asked => handler.retry(),
            Waited::TimeUp => handler.time_up(),
            Waited::Noticed if handler.get_ready().is_break() => return,
            Waited::Noticed => match watchers.iter_mut().find_map(Watcher::take) {
                Some(notification) => handler.notice(notification),
                None => continue,
            },
        };
        if flow.is_break() {
            return;
        }
    }
}
