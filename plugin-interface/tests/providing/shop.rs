//! The interfaces of the services, for the plugins and the host.
#![allow(dead_code, reason = "each crate uses some of them")]

use plugin_interface::plugin_interface;

/// What `store.rs` provides.
#[plugin_interface(path = "shop::Store", version = "1.1")]
pub(crate) trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<String>;
}

/// What `index.rs` provides.
#[plugin_interface(path = "shop::Index", version = "1.0")]
pub(crate) trait Index: Send + Sync {
    fn find(&self, word: &str) -> String;
}

/// What `finder.rs` provides. A test renames it to `shop::Store`.
#[plugin_interface(path = "shop::Hints", version = "1.1")]
pub(crate) trait Hints: Send + Sync {
    fn get(&self, key: &str) -> Option<String>;
}

/// A service of the host: what happened, in order.
#[plugin_interface(path = "shop::Journal", version = "1.0")]
pub(crate) trait Journal: Send + Sync {
    fn note(&self, line: &str);
}
