//! The sender of the events of one `Live`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::events::{LiveEvent, LiveEvents};
use crate::host::event_queue::{EventQueue, Events};
use crate::host::load::decided::Decided;

/// The sender of the events of one `Live`. The `Live` and its versions share it
/// until the last of them is dropped. It never waits for a listener.
#[derive(Debug)]
pub(super) struct Announcer {
    path: PathBuf,
    queue: Arc<EventQueue<LiveEvent>>,
}

/// An event that listeners may take already, and that is not emitted yet.
#[must_use = "a `tracing` subscriber hears of it by `emit`"]
pub(super) struct Queued(#[cfg(feature = "tracing")] LiveEvent);

impl Announcer {
    pub(super) fn new(path: PathBuf) -> Self {
        Announcer { path, queue: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn listen(&self) -> LiveEvents {
        Events(Arc::clone(&self.queue))
    }

    /// Hands an event to the listeners and to the `tracing` subscriber.
    pub(super) fn announce(&self, event: LiveEvent) {
        let queued = self.queue(event);
        self.emit(queued);
    }

    /// Hands an event to the listeners. Runs no code of users, so it may be
    /// called under a lock.
    pub(super) fn queue(&self, event: LiveEvent) -> Queued {
        #[cfg(feature = "tracing")]
        let queued = Queued(event.clone());
        #[cfg(not(feature = "tracing"))]
        let queued = Queued();
        self.queue.push(event);
        queued
    }

    /// Hands an event to the `tracing` subscriber, whose panic is an event too.
    pub(super) fn emit(&self, queued: Queued) {
        #[cfg(feature = "tracing")]
        {
            let emitted = crate::runtime::failure::contain(|| {
                super::trace::emit(&self.path, &queued.0);
            });
            if let Err(message) = emitted {
                self.queue.push(LiveEvent::SubscriberPanicked { message });
            }
        }
        #[cfg(not(feature = "tracing"))]
        let Queued() = queued;
    }

    /// Hands the decision on a load to the `tracing` subscriber, likewise.
    pub(super) fn emit_decided(&self, decided: Decided) {
        #[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
        if let Err(message) = decided.emit() {
            #[cfg(feature = "tracing")]
            self.queue.push(LiveEvent::SubscriberPanicked { message });
        }
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.queue.close();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::host::error::stage::Stage;
    use crate::host::event_queue::KEPT;
    use crate::host::load::timings::StageTimes;

    fn refused(generation: u64) -> LiveEvent {
        let (message, times) = (String::new(), StageTimes::default());
        LiveEvent::Refused { generation, stage: Stage::Check, message, times }
    }

    fn generation(event: LiveEvent) -> u64 {
        let LiveEvent::Refused { generation, .. } = event else { panic!("{event:?}") };
        generation
    }

    #[test]
    fn what_nobody_takes_is_lost_from_its_oldest_end_and_counted() {
        let announcer = Announcer::new(PathBuf::new());
        let events = announcer.listen();
        for number in 0..KEPT as u64 + 3 {
            announcer.announce(refused(number));
        }
        assert_eq!(events.lost(), 3);
        drop(announcer);
        let kept: Vec<_> = events.map(generation).collect();
        assert_eq!(kept, (3..KEPT as u64 + 3).collect::<Vec<_>>());
    }

    #[test]
    fn a_listener_waits_for_events_and_for_the_end() {
        let announcer = Announcer::new(PathBuf::new());
        let mut events = announcer.listen();
        assert!(events.try_next().is_none());
        assert!(events.next_within(Duration::from_millis(1)).is_none());
        let announcing = std::thread::spawn(move || announcer.announce(refused(7)));
        assert_eq!(events.next().map(generation), Some(7));
        announcing.join().unwrap();
        assert!(events.next().is_none());
    }
}
