//! Watches directories and single files for libraries that come, change and go.
//!
//! The system's events are translated by `sight`, and the `debouncer` decides what
//! they mean and when to act; both are pure. The `watcher` joins them to the
//! file system, on the thread of whoever waits for it. In the `background` it
//! has a thread of its own, and tells what it noticed over a channel.
//! `retries` says when to try a file again that was acted upon too early.
//!
//! Nothing here loads anything: that is for those who are told.

#[cfg(test)]
mod cases;
mod debouncer;
mod events;
mod notification;
mod options;
mod retry;
mod scan;
mod target;
mod thread;
mod watcher;

pub use notification::{ManagerNotification, WatchError, WatchEvent, WatchNotification};
pub use options::WatchOptions;
pub(crate) use retry::{RetryQueue, Verdict};
pub(crate) use target::WatchTarget;
pub(crate) use thread::spawn;
pub(crate) use watcher::{Waited, Watcher};
