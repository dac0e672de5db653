use ours_interface::{Calls, Host, Reading};
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

    fn convert(&self, reading: Reading) -> Reading {
        let (at, value) = workload::convert(reading.at, reading.value);
        Reading { at, value, ..reading }
    }

    fn ask(&self, host: &dyn Host, question: u64) -> u64 {
        workload::ask(question, |question| host.answer(question))
    }

    fn panic(&self) -> u64 {
        panic!("{}", workload::PANIC)
    }

    fn stamp(&self) -> u64 {
        workload::stamp()
    }
}
