//! The front door: all plugins of a directory, for applications.
//!
//! A thread of ours has a manager, which loads, replaces and unloads. The `table`
//! is what it publishes; threads of the host read it by the `handle`, and hold a
//! `plugin`.

mod closing;
mod counts;
mod event;
mod handle;
mod listed;
mod opening;
mod options;
mod plugin;
mod serve;
mod table;

pub use self::counts::PluginCounts;
pub use self::event::PluginEvent;
pub use self::handle::Plugins;
pub use self::listed::{ListedPlugin, PluginStanding};
pub use self::options::PluginsOptions;
pub use self::plugin::Plugin;
