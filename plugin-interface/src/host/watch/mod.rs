//! Watches directories and single files for libraries that are added, changed
//! and removed.
//!
//! - `events` translates the events of the system, and the `debouncer` decides
//!   what to report and when. Both are pure.
//! - The `watcher` connects them to the file system, on the thread that waits
//!   for it, with the `scan` of a `target`.
//! - `run` is the loop around a watcher; `thread` runs it on a thread that
//!   sends the notifications.
//! - `retry` decides when to try a file again that was not completely written, or
//!   that lacks something; `reported` avoids reporting a failure twice.
//! - `comparing` is the pace at which files are compared beside the events.
//!
//! Nothing here loads a library: that is left to the handler.

#[cfg(test)]
mod cases;
mod comparing;
mod debouncer;
mod events;
mod notification;
mod notification_text;
mod options;
mod reported;
mod retry;
mod run;
mod scan;
mod target;
mod thread;
mod watcher;

#[cfg(feature = "configure")]
pub(crate) use comparing::INTERVAL as COMPARING_INTERVAL;
pub use notification::{ManagerNotification, WatchError, WatchEvent, WatchNotification};
pub use options::WatchOptions;
pub(crate) use reported::{Attempt, ReportedFailures};
pub(crate) use retry::{RetryQueue, Verdict};
pub(crate) use run::{Contained, ReportPanic, WatchHandler, run, run_all};
pub(crate) use target::WatchTarget;
pub(crate) use thread::spawn;
pub(crate) use watcher::Watcher;
pub use watcher::check_watch_events;
