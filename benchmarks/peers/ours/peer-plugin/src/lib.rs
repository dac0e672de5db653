//! A plugin that does what those of the peers do, and no more.
#![forbid(unsafe_code)]

use ours_peer_interface::Calls;
use plugin_interface::{plugin_aggregates, plugin_impl};

#[plugin_aggregates(Calls)]
mod plugin {}

#[derive(Default)]
struct Workload;

#[plugin_impl(Calls)]
impl Calls for Workload {
    fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
    }
    fn sum(&self, values: &[u64]) -> u64 {
        workload::sum(values)
    }
    fn len(&self, text: &str) -> usize {
        text.len()
    }
    fn greet(&self, target: &str) -> String {
        workload::greeting(target)
    }
    fn bytes(&self, value: u8) -> Vec<u8> {
        workload::bytes(value)
    }
    fn fill(&self, page: &mut [u8], value: u8) {
        workload::fill(page, value);
    }
    fn halve(&self, value: u64) -> Result<u64, String> {
        workload::halve(value)
    }
}
