//! A plugin that does the same in each placement.
#![forbid(unsafe_code)]

use ours_placed_interface::Placed;
use plugin_interface::{plugin_aggregates, plugin_impl};

#[plugin_aggregates(Placed)]
mod plugin {}

#[derive(Default)]
struct Workload;

#[plugin_impl(Placed)]
impl Placed for Workload {
    fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
    }
    fn greet(&self, target: &str) -> String {
        workload::greeting(target)
    }
    fn len(&self, text: &str) -> usize {
        text.len()
    }
    fn bytes(&self, value: u8) -> Vec<u8> {
        workload::bytes(value)
    }
    fn ask(&self, host: &dyn Fn(u64) -> u64, question: u64) -> u64 {
        workload::ask(question, host)
    }
    fn items(&self, count: u64) -> Box<dyn Iterator<Item = u64> + Send> {
        Box::new(0..count)
    }
}
