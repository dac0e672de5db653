//! What a host and its plugin do with logs, services and tasks: the same code in
//! each, so that only what lies between them differs.
#![forbid(unsafe_code)]

mod waking;

use std::hint::black_box;

use plugin_interface::{BoxFuture, plugin_interface};
pub use waking::{Way, woken};

/// A service of the host.
#[plugin_interface]
pub trait Sums: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
}

/// A plugin that does everything so many times.
#[plugin_interface]
pub trait Served: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    /// Writes records that the level of the host excludes.
    fn log_disabled(&self, times: u64);
    /// Writes records that arrive.
    fn log_enabled(&self, times: u64);
    /// Asks for the service.
    fn look_up(&self, times: u64);
    /// Asks for the service that is offered now.
    fn follow(&self, times: u64);
    /// Asks so each time, and calls it.
    fn call_latest(&self, times: u64) -> u64;
    /// Calls the service.
    fn call_service(&self, times: u64) -> u64;
    /// Returns the nanoseconds of so many wake-ups of a task, of the way with that
    /// number.
    fn wake_up(&self, way: u32, times: u64) -> BoxFuture<'static, u64>;
}

pub fn log_disabled(times: u64) {
    for number in 0..times {
        log::debug!("request {number} took {} ms", black_box(number));
    }
}

pub fn log_enabled(times: u64) {
    for number in 0..times {
        log::info!("request {number} took {} ms", black_box(number));
    }
}

/// Calls a sum so many times.
pub fn add_up(sums: &(impl Sums + ?Sized), times: u64) -> u64 {
    (0..times).fold(0, |sum, number| sums.add(black_box(number), sum))
}
