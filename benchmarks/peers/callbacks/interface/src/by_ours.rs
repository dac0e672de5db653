//! The same traits as interfaces of this project.

use std::fmt;
use std::sync::Arc;

use plugin_interface::plugin_interface;

/// What a host offers.
#[plugin_interface]
pub trait Host: Send + Sync {
    fn answer(&self, question: u64) -> u64;
}

/// A closure that a plugin keeps.
pub type Kept = Box<dyn Fn(u64) -> u64 + Send + Sync>;

#[plugin_interface]
pub trait Asks: Send + Sync {
    fn lent(&self, host: &dyn Host, times: u64) -> u64;
    fn keep_box(&self, host: Box<dyn Host>);
    fn boxed(&self, times: u64) -> u64;
    fn keep_arc(&self, host: Arc<dyn Host>);
    fn shared(&self, times: u64) -> u64;
    fn closure(&self, ask: &mut dyn FnMut(u64) -> u64, times: u64) -> u64;
    fn keep_closure(&self, ask: Kept);
    fn kept_closure(&self, times: u64) -> u64;
    fn write(&self, out: &mut dyn fmt::Write, times: u64) -> fmt::Result;
}
