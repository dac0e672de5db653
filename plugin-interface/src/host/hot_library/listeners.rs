//! The listeners of a plain library.
//!
//! Each listener has an inbox. The thread with an event puts it there, and
//! calls the listener, unless another thread does. So one listener is never
//! called by two threads at once, nor before it has returned, and hears of all
//! events in order. No thread waits for a listener that it did not call itself.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::events::HotEvent;
use crate::runtime::failure::contain;

/// The number of events that wait for a listener. Of more, the oldest are lost.
const KEPT: usize = 256;

/// The listeners of a library.
pub(crate) struct Listeners {
    all: Mutex<Vec<Arc<Listener>>>,
    /// A listener that takes longer is reported to the others.
    deadline: Duration,
}

struct Listener {
    added_at: &'static Location<'static>,
    call: Box<dyn Fn(&HotEvent) + Send + Sync>,
    inbox: Mutex<Inbox>,
}

#[derive(Default)]
struct Inbox {
    events: VecDeque<HotEvent>,
    /// The time of the call that has not returned.
    called: Option<Instant>,
    /// `true` once that call was reported.
    is_reported: bool,
}

impl Listeners {
    pub(super) fn new(deadline: Duration) -> Self {
        Listeners { all: Mutex::default(), deadline }
    }

    pub(super) fn add(
        &self,
        added_at: &'static Location<'static>,
        listener: impl Fn(&HotEvent) + Send + Sync + 'static,
    ) {
        let (call, inbox) = (Box::new(listener), Mutex::default());
        lock(&self.all).push(Arc::new(Listener { added_at, call, inbox }));
    }

    /// Calls each listener, but one that is being called hears of it after
    /// that. No lock is held meanwhile, so a listener may do anything, such as
    /// reload the library or add a listener.
    pub(super) fn announce(&self, event: &HotEvent) {
        for trouble in self.deliver(event) {
            // A listener that panics over this report is not reported again.
            self.deliver(&trouble);
        }
    }

    /// Returns what there is to report of the listeners themselves.
    fn deliver(&self, event: &HotEvent) -> Vec<HotEvent> {
        let listeners = lock(&self.all).clone();
        let troubles = listeners.iter().map(|listener| listener.deliver(event, self.deadline));
        troubles.flatten().collect()
    }
}

impl Listener {
    fn deliver(&self, event: &HotEvent, deadline: Duration) -> Vec<HotEvent> {
        let mut inbox = lock(&self.inbox);
        if inbox.events.len() == KEPT {
            inbox.events.pop_front();
        }
        inbox.events.push_back(event.clone());
        if let Some(called) = inbox.called {
            let since = called.elapsed();
            let is_new = since >= deadline && !std::mem::replace(&mut inbox.is_reported, true);
            let listener = self.added_at.to_string();
            return is_new
                .then_some(HotEvent::ListenerBlocked { listener, since })
                .into_iter()
                .collect();
        }
        drop(inbox);
        let mut troubles = Vec::new();
        while let Some(event) = self.next() {
            if let Err(message) = contain(|| (self.call)(&event)) {
                let listener = self.added_at.to_string();
                troubles.push(HotEvent::ListenerPanicked { listener, message });
            }
        }
        troubles
    }

    /// Takes the next event for a call. Without one, the next thread with an
    /// event calls.
    fn next(&self) -> Option<HotEvent> {
        let mut inbox = lock(&self.inbox);
        let next = inbox.events.pop_front();
        inbox.called = next.is_some().then(Instant::now);
        inbox.is_reported = false;
        next
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    fn refused(generation: u64) -> HotEvent {
        HotEvent::Refused { generation, message: String::new() }
    }

    /// Adds a listener that hands on what it hears of.
    fn record(listeners: &Listeners) -> Receiver<HotEvent> {
        let (sender, events) = channel();
        listeners.add(Location::caller(), move |event| drop(sender.send(event.clone())));
        events
    }

    #[test]
    fn a_panic_is_reported_and_the_next_event_is_delivered() {
        let listeners = Listeners::new(DEADLINE);
        let place = Location::caller();
        listeners.add(place, |event| assert!(*event != refused(1), "a full disk, say"));
        let events = record(&listeners);
        listeners.announce(&refused(1));
        listeners.announce(&refused(2));
        let heard: Vec<_> = events.try_iter().collect();
        let [first, HotEvent::ListenerPanicked { listener, message }, last] = &heard[..] else {
            panic!("{heard:?}")
        };
        assert_eq!((first, last), (&refused(1), &refused(2)));
        assert_eq!(*listener, place.to_string());
        assert!(message.ends_with("a full disk, say"), "{message}");
    }

    #[test]
    fn a_listener_that_always_panics_is_reported_once_for_each_event() {
        let listeners = Listeners::new(DEADLINE);
        listeners.add(Location::caller(), |_| panic!("always, for the test"));
        let events = record(&listeners);
        listeners.announce(&refused(1));
        assert_eq!(events.try_iter().count(), 2);
    }

    #[test]
    fn a_listener_that_blocks_is_named_and_holds_up_nobody() {
        let listeners = Arc::new(Listeners::new(Duration::ZERO));
        let place = Location::caller();
        let (release, blocked) = channel::<()>();
        let (sender, called) = channel();
        let blocked = Mutex::new(blocked);
        listeners.add(place, move |event| {
            let _ = sender.send((event.clone(), thread::current().id()));
            let _ = blocked.lock().unwrap().recv();
        });
        let announcing = Arc::clone(&listeners);
        let thread = thread::spawn(move || announcing.announce(&refused(1)));
        let (first, by) = called.recv_timeout(DEADLINE).expect("it is called");
        let events = record(&listeners);
        listeners.announce(&refused(2));
        listeners.announce(&refused(3));
        called.try_recv().expect_err("it is called by one thread at a time");
        let heard: Vec<_> = events.try_iter().collect();
        let [second, HotEvent::ListenerBlocked { listener, .. }, third] = &heard[..] else {
            panic!("{heard:?}")
        };
        assert_eq!((second, third), (&refused(2), &refused(3)));
        assert_eq!(*listener, place.to_string());
        drop(release);
        thread.join().unwrap();
        let rest: Vec<_> = called.try_iter().collect();
        let [second, _, third] = &rest[..] else { panic!("{rest:?}") };
        assert_eq!((first, &second.0, &third.0), (refused(1), &refused(2), &refused(3)));
        assert!(rest.iter().all(|(_, thread)| *thread == by));
    }

    #[test]
    fn a_listener_that_causes_an_event_hears_of_it_after_it_returned() {
        let listeners = Arc::new(Listeners::new(DEADLINE));
        let (sender, events) = channel();
        let inner = Arc::downgrade(&listeners);
        listeners.add(Location::caller(), move |event| {
            if *event == refused(1) {
                inner.upgrade().unwrap().announce(&refused(2));
            }
            sender.send(event.clone()).unwrap();
        });
        listeners.announce(&refused(1));
        assert_eq!(events.try_iter().collect::<Vec<_>>(), [refused(1), refused(2)]);
    }
}
