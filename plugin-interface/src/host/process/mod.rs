//! Plugins in a process of their own.
//!
//! The host makes the private copy of a library and checks it, as it does for
//! itself. A worker loads that copy, and calls it by its descriptor. Both talk over
//! a pair of sockets, in `frame`s that hold the `message`s. `child` is the host's
//! side of one worker. `library` starts the next one when a worker dies, as `restarts`
//! allows. `serve` is the worker's side.

mod child;
mod error;
mod frame;
mod isolated;
mod library;
mod limits;
mod message;
mod output;
mod plugin;
mod restarts;
mod serve;
mod worker;

pub use error::WorkerError;
pub use isolated::Isolated;
pub use limits::Limits;
pub use plugin::{IsolatedAnswer, IsolatedPlugin};
pub(super) use serve::is_worker;
pub use serve::serve_if_asked;
pub use worker::Worker;
