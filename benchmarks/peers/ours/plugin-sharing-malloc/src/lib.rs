//! The same plugin, declaring the system's allocator: what it owns crosses
//! without a copy.

plugin_interface::system_allocator!();

include!("../../plugin/src/workload.rs");
