//! The queue from which listeners take events.

use core::fmt;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of events that are kept for a late listener.
pub(crate) const KEPT: usize = 256;

/// Events in their order, from the first load on.
///
/// The last 256 are kept. Of more, the oldest are lost and
/// [counted](Self::lost). Loads never wait for a listener. Several handles
/// share one queue: each event goes to one of them.
///
/// The iterator waits for the next event. It ends when nothing is left that could
/// send one. For [`LiveEvents`](crate::LiveEvents) that is when no version of the
/// `Live` is left. So drop its last handle and iterate to the end to wait until all
/// its libraries are closed.
///
/// ```
/// use plugin_interface::{Events, Greeter, PluginEvent, Plugins};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let plugins = Plugins::<dyn Greeter>::open(directory.path())?;
/// let events: Events<PluginEvent> = plugins.events();
/// assert!(events.try_next().is_none(), "there is no file");
/// # Ok(())
/// # }
/// ```
pub struct Events<E>(pub(crate) Arc<EventQueue<E>>);

pub(crate) struct EventQueue<E> {
    state: Mutex<QueueState<E>>,
    changed: Condvar,
}

struct QueueState<E> {
    events: VecDeque<E>,
    lost: u64,
    is_closed: bool,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        let state = QueueState { events: VecDeque::new(), lost: 0, is_closed: false };
        EventQueue { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl<E> EventQueue<E> {
    /// Adds an event. Of more than are kept, the oldest is lost.
    pub(crate) fn push(&self, event: E) {
        let mut state = self.lock();
        let full = state.events.len() == KEPT;
        let oldest = full.then(|| state.events.pop_front());
        state.lost += u64::from(full);
        state.events.push_back(event);
        drop(state);
        drop(oldest);
        self.changed.notify_one();
    }

    /// Ends the iterators of all listeners, once they took the events before.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> Events<E> {
    /// Returns the next event, if there is one.
    pub fn try_next(&self) -> Option<E> {
        self.0.lock().events.pop_front()
    }

    /// Returns the next event, or `None` after `time`.
    pub fn next_within(&self, time: Duration) -> Option<E> {
        self.next_until(Instant::now().checked_add(time))
    }

    /// Returns the number of events that were lost because nobody took them.
    pub fn lost(&self) -> u64 {
        self.0.lock().lost
    }

    fn next_until(&self, deadline: Option<Instant>) -> Option<E> {
        let mut state = self.0.lock();
        loop {
            if let Some(event) = state.events.pop_front() {
                return Some(event);
            }
            if state.is_closed {
                return None;
            }
            state = match deadline {
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let rest = deadline.checked_duration_since(Instant::now())?;
                    let waited = self.0.changed.wait_timeout(state, rest);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            }
        }
    }
}

impl<E> Clone for Events<E> {
    /// Returns another handle of the same queue.
    fn clone(&self) -> Self {
        Events(Arc::clone(&self.0))
    }
}

impl<E: fmt::Debug> fmt::Debug for EventQueue<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QueueState { events, lost, is_closed } = &*self.lock();
        f.debug_struct("Events")
            .field("waiting", events)
            .field("lost", lost)
            .field("is_closed", is_closed)
            .finish()
    }
}

impl<E: fmt::Debug> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E> Iterator for Events<E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        self.next_until(None)
    }
}
