//! What happens to the versions of a library, told without waiting for
//! whoever listens.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::host::error::stage::Stage;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::timings::StageTimes;

/// So many events are kept for a listener that is late.
const KEPT: usize = 256;

/// Something that happened to a version of a [`Live`](super::Live).
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
    /// The first version serves.
    Loaded {
        /// The version, 1.
        generation: u64,
        /// What its load took.
        times: StageTimes,
    },
    /// A new version serves, and the one before it serves no new callers.
    Replaced {
        /// The new version.
        generation: u64,
        /// What its load took.
        times: StageTimes,
    },
    /// A file was not taken into use; the version before it goes on serving.
    Refused {
        /// The version that goes on serving.
        generation: u64,
        /// The stage at which the file was refused.
        stage: Stage,
        /// Why, with all causes.
        message: String,
        /// What its load took so far.
        times: StageTimes,
    },
    /// Watching the file goes on, but not as it should.
    #[cfg(feature = "watch")]
    WatchImpaired {
        /// What is wrong: that of a [`WatchError`](crate::WatchError).
        message: String,
    },
    /// A version that was replaced is still in use when its deadline is over.
    StillUsed {
        /// The version.
        generation: u64,
        /// How long ago it was replaced.
        since: Duration,
        /// Who has guards of it.
        holders: Vec<GuardHolder>,
    },
    /// The last guard of a version is gone, and its instance was unmade.
    Retired {
        /// The version.
        generation: u64,
        /// How long after it was replaced.
        after: Duration,
        /// The message, if the drop of the instance panicked.
        panicked: Option<String>,
    },
    /// The library of a version was closed.
    Unloaded {
        /// The version.
        generation: u64,
        /// What its unmakers counted; `None` if something else that came from
        /// the library keeps it open.
        counter: Option<u64>,
        /// Whether it was unmapped, if it was closed.
        outcome: Option<UnloadOutcome>,
    },
}

/// A thread that has guards of a version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GuardHolder {
    /// The thread that took them; they may have moved since. `None` for guards
    /// that were taken beyond the first six of a thread.
    pub thread: Option<Thread>,
    /// How many guards.
    pub guards: usize,
}

/// The events of a [`Live`](super::Live), in order, from its first load on.
///
/// The last 256 are kept; of more, the oldest are lost, and
/// [counted](Self::lost). Reloads never wait for a listener. Several handles
/// share one queue: each event goes to one of them.
///
/// As an iterator it waits for the next event, and ends when no version of the
/// `Live` is left: after a `Live` was dropped, this is the way to wait until
/// all its libraries are closed.
#[derive(Clone, Debug)]
pub struct LiveEvents(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
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
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveEvents {
    /// The next event, if there is one.
    pub fn try_next(&self) -> Option<LiveEvent> {
        self.0.lock().events.pop_front()
    }

    /// The next event, if it comes in time.
    pub fn next_within(&self, time: Duration) -> Option<LiveEvent> {
        self.next_until(Instant::now().checked_add(time))
    }

    /// How many events were lost so far, since nobody took them.
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

impl Iterator for LiveEvents {
    type Item = LiveEvent;

    fn next(&mut self) -> Option<LiveEvent> {
        self.next_until(None)
    }
}

/// Where the events of one `Live` come from: shared by it and by its versions,
/// until the last of them is gone.
#[derive(Debug)]
pub(super) struct Announcer {
    path: PathBuf,
    queue: Arc<Queue>,
}

impl Announcer {
    pub(super) fn new(path: PathBuf) -> Self {
        Announcer { path, queue: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn listen(&self) -> LiveEvents {
        LiveEvents(Arc::clone(&self.queue))
    }

    pub(super) fn tell(&self, event: LiveEvent) {
        #[cfg(feature = "tracing")]
        super::trace::emit(&self.path, &event);
        let mut state = self.queue.lock();
        if state.events.len() == KEPT {
            state.events.pop_front();
            state.lost += 1;
        }
        state.events.push_back(event);
        drop(state);
        self.queue.changed.notify_one();
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.queue.lock().is_closed = true;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            announcer.tell(refused(number));
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
        let teller = std::thread::spawn(move || announcer.tell(refused(7)));
        assert_eq!(events.next().map(generation), Some(7));
        teller.join().unwrap();
        assert!(events.next().is_none());
    }
}
