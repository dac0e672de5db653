//! No tasks: the feature is off.

use std::sync::Weak;
use std::time::Duration;

use crate::abi::RawTasks;

pub(crate) const ADVICE: &str = "";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PluginExecutor(());

impl PluginExecutor {
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn is_some(&self) -> bool {
        false
    }

    pub(crate) fn begin(&self, _: Duration) -> PluginTasks {
        PluginTasks
    }
}

pub(crate) struct PluginTasks;

pub(crate) enum Group {}

impl Group {
    pub(crate) fn left(&self) -> Option<String> {
        match *self {}
    }
}

impl PluginTasks {
    pub(crate) fn lend(&self) -> *const RawTasks {
        core::ptr::null()
    }

    pub(crate) fn group(&self) -> Option<Weak<Group>> {
        None
    }

    pub(crate) fn close(&mut self, _: Option<Duration>) -> Option<(Vec<String>, Duration)> {
        None
    }
}
