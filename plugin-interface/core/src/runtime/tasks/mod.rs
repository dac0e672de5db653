//! Tasks of a plugin, on the executor of its host.

mod context;
mod handle;
mod host;
mod join;
mod time;

pub use context::NoExecutor;
pub use handle::Tasks;
pub use join::{JoinError, JoinHandle};
pub use time::{Interval, Sleep};
