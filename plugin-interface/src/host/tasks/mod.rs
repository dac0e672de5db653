//! The tasks of plugins, on an executor of the host.
//!
//! A plugin is lent the functions in `offered`. Each plugin has a `group` of tasks,
//! which are cancelled and waited for before it is destroyed. A `task` is what the
//! executor gets. Its work, the plugin's future, is in a `slot`, from which it can
//! be taken when nobody polls it.

mod executor;
mod group;
mod offered;
mod slot;
#[cfg(feature = "smol")]
mod smol;
mod sync;
mod task;
mod thread_pool;
#[cfg(feature = "tokio")]
mod tokio;

use core::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

pub use executor::Executor;
pub(crate) use group::{ADVICE, Group};
use offered::Offered;
pub use thread_pool::ThreadPool;

use crate::abi::RawTasks;

/// The executor for plugins, if the host has one.
#[derive(Clone, Default)]
pub(crate) struct PluginExecutor(Option<Arc<dyn Executor>>);

impl PluginExecutor {
    pub(crate) fn of(executor: Arc<dyn Executor>) -> Self {
        PluginExecutor(Some(executor))
    }

    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Returns the tasks of one plugin, which have that long to end.
    pub(crate) fn begin(&self, within: Duration) -> PluginTasks {
        let group = self.0.clone().map(Group::new);
        PluginTasks { offered: group.map(Offered::new), within }
    }
}

impl PartialEq for PluginExecutor {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Eq for PluginExecutor {}

impl fmt::Debug for PluginExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "an executor" } else { "none" })
    }
}

/// The tasks of one plugin. They are cancelled when it is dropped.
pub(crate) struct PluginTasks {
    /// `None` if it has none any more, or never had.
    offered: Option<Arc<Offered>>,
    within: Duration,
}

impl PluginTasks {
    /// Returns what the context of the constructor lends.
    pub(crate) fn lend(&self) -> *const RawTasks {
        self.offered.as_ref().map_or(core::ptr::null(), Offered::lend)
    }

    /// Returns what tells which of them did not end.
    pub(crate) fn group(&self) -> Option<Weak<Group>> {
        self.offered.as_ref().map(|offered| Arc::downgrade(&offered.group))
    }

    /// Cancels all, and waits until they have ended, at most `within` if that is
    /// shorter. Returns the names of those that have not, and the time they had.
    pub(crate) fn close(&mut self, within: Option<Duration>) -> Option<(Vec<String>, Duration)> {
        let offered = self.offered.take()?;
        let within = within.map_or(self.within, |within| within.min(self.within));
        let left = offered.group.close(within);
        (!left.is_empty()).then_some((left, within))
    }
}

impl Drop for PluginTasks {
    fn drop(&mut self) {
        // The outcome of the library names those that are left.
        let _ = self.close(None);
    }
}
