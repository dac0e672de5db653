//! The events of a `Live`.

use std::thread::Thread;
use std::time::Duration;

use crate::host::error::stage::Stage;
use crate::host::event_queue::Events;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::load::timings::StageTimes;

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
    /// A version with a [lifecycle](crate::PluginLifecycle) did not stop well, or not in
    /// time.
    NotStopped {
        /// The version.
        generation: u64,
        /// The message of the [`UnloadError`](crate::UnloadError).
        message: String,
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

/// The [events](Events) of a [`Live`](super::Live).
pub type LiveEvents = Events<LiveEvent>;
