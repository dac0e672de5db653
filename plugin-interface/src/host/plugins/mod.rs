//! The front door: all plugins of a directory, for applications.
//!
//! A thread of ours has a manager, which loads, replaces and unloads. `table` is
//! what it publishes, and what threads of the host read by the `handle`.

mod handle;
mod options;
mod table;

pub use self::handle::Plugins;
pub use self::options::PluginsOptions;
pub use self::table::Plugin;
