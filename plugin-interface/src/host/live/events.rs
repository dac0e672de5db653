//! The events of a `Live`, and the queue from which listeners take them.

use core::fmt;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::host::error::stage::Stage;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::timings::StageTimes;

/// The number of events that are kept for a late listener.
pub(super) const KEPT: usize = 256;

/// An event of a version of a [`Live`](super::Live).
///
/// The feature `tracing` emits each as an event too, with the target
/// `plugin_interface::live`.
///
/// ```no_run
/// use plugin_interface::{Greeter, Live, LiveEvent};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// let events = live.events();
/// std::thread::spawn(move || {
///     for event in events {
///         match event {
///             LiveEvent::Replaced { generation, times } => println!("{generation} after {times}"),
///             LiveEvent::Refused { message, .. } => eprintln!("{message}"),
///             _ => {}
///         }
///     }
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LiveEvent {
    /// The first version was loaded.
    Loaded {
        /// The version, 1.
        generation: u64,
        /// The duration of each stage of its load.
        times: StageTimes,
    },
    /// A new version is current. New callers no longer get the one before.
    Replaced {
        /// The new version.
        generation: u64,
        /// The duration of each stage of its load.
        times: StageTimes,
    },
    /// A file was refused. The current version stays.
    Refused {
        /// The current version.
        generation: u64,
        /// The stage at which the file was refused.
        stage: Stage,
        /// The error, with all its causes.
        message: String,
        /// The durations of the stages so far.
        times: StageTimes,
    },
    /// Watching the file is impaired, but goes on.
    #[cfg(feature = "watch")]
    WatchImpaired {
        /// The message of the [`WatchError`](crate::WatchError).
        message: String,
    },
    /// A subscriber of `tracing` panicked over an event, and did not take it.
    #[cfg(feature = "tracing")]
    SubscriberPanicked {
        /// The message of its panic.
        message: String,
    },
    /// A replaced version is still in use after its deadline.
    StillUsed {
        /// The version.
        generation: u64,
        /// The time since it was replaced.
        since: Duration,
        /// The holders of its guards.
        holders: Vec<GuardHolder>,
    },
    /// The last guard of a version was dropped, and its instance was destroyed.
    Retired {
        /// The version.
        generation: u64,
        /// The time from its replacement to its end.
        after: Duration,
        /// The panic message, if the drop of the instance panicked.
        panicked: Option<String>,
    },
    /// The library of a version was closed.
    Unloaded {
        /// The version.
        generation: u64,
        /// The number that its unmakers counted; `None` if another object of
        /// the library keeps it open.
        counter: Option<u64>,
        /// The outcome, if it was closed.
        outcome: Option<UnloadOutcome>,
    },
}

/// A thread that has guards of a version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GuardHolder {
    /// The thread that took them; they may have moved since. `None` for guards
    /// beyond the first six of a thread.
    pub thread: Option<Thread>,
    /// The number of guards.
    pub guards: usize,
}

/// The events of a [`Live`](super::Live), in order, from its first load on.
///
/// The last 256 are kept. Of more, the oldest are lost and
/// [counted](Self::lost). Reloads never wait for a listener. Several handles
/// share one queue: each event goes to one of them.
///
/// The iterator waits for the next event, and ends when no version of the
/// `Live` is left. After the last handle was dropped, iterate to the end to
/// wait until all its libraries are closed.
#[derive(Clone)]
pub struct LiveEvents(pub(super) Arc<Queue>);

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    events: VecDeque<LiveEvent>,
    lost: u64,
    is_closed: bool,
}

impl Queue {
    /// Adds an event. Of more than are kept, the oldest is lost.
    pub(super) fn push(&self, event: LiveEvent) {
        let mut state = self.lock();
        if state.events.len() == KEPT {
            state.events.pop_front();
            state.lost += 1;
        }
        state.events.push_back(event);
        drop(state);
        self.changed.notify_one();
    }

    /// Ends the iterators of all listeners, once they took the events before.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveEvents {
    /// Returns the next event, if there is one.
    pub fn try_next(&self) -> Option<LiveEvent> {
        self.0.lock().events.pop_front()
    }

    /// Returns the next event, or `None` after `time`.
    pub fn next_within(&self, time: Duration) -> Option<LiveEvent> {
        self.next_until(Instant::now().checked_add(time))
    }

    /// Returns the number of events that were lost because nobody took them.
    pub fn lost(&self) -> u64 {
        self.0.lock().lost
    }

    fn next_until(&self, deadline: Option<Instant>) -> Option<LiveEvent> {
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

impl fmt::Debug for LiveEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QueueState { events, lost, is_closed } = &*self.0.lock();
        f.debug_struct("LiveEvents")
            .field("waiting", events)
            .field("lost", lost)
            .field("is_closed", is_closed)
            .finish()
    }
}

impl Iterator for LiveEvents {
    type Item = LiveEvent;

    fn next(&mut self) -> Option<LiveEvent> {
        self.next_until(None)
    }
}
