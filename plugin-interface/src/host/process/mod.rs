//! Plugins in a process of their own.
//!
//! The host makes the private copy of a library and checks it, as it does for
//! itself. A worker loads that copy, and calls it by its descriptor. Both talk over
//! pairs of sockets, in `frame`s that hold the `message`s. A `lane` is such a pair, on
//! which calls nest. With `Worker::spinning` a lane has `mailboxes` too, each a `mailbox`.
//!
//! `child` is the host's side of one worker, and `session` has its lanes; `callbacks`
//! serves those of threads that plugins started, and `wakes` calls wakers. `library`
//! starts the next worker when one dies, as `restarts` allows. `serve` is the worker's
//! side, and `host_peer` has the lanes there. `worker_tasks` runs the tasks of its
//! plugins. `logs` passes their records to the host, and `traces` their spans.

mod atomics;
mod callbacks;
mod child;
mod error;
mod frame;
mod host_peer;
mod isolated;
mod lane;
mod library;
mod limits;
#[cfg(feature = "log")]
mod logs;
mod mailbox;
mod mailboxes;
mod message;
mod output;
mod plugin;
mod restarts;
#[cfg(feature = "sandbox")]
mod restraint;
#[cfg(feature = "sandbox")]
mod sandbox;
mod serve;
mod services;
mod session;
#[cfg(feature = "tracing")]
mod traces;
#[cfg(not(feature = "sandbox"))]
mod unrestrained;
mod wakes;
mod worker;
#[cfg(feature = "tasks")]
mod worker_tasks;

pub use error::WorkerError;
pub use isolated::Isolated;
pub use limits::Limits;
pub use plugin::{IsolatedAnswer, IsolatedPlugin};
#[cfg(feature = "sandbox")]
pub use sandbox::{Enforced, Enforcement, Sandbox};
pub(super) use serve::is_worker;
pub use serve::serve_if_asked;
pub use worker::Worker;
