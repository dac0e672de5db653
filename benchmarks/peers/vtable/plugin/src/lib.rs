//! A plugin as `vtable`'s documentation shows.

use vtable::VBox;
use vtable_interface::*;

struct Workload;

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

CallsVTable_static!(static WORKLOAD for Workload);

#[unsafe(no_mangle)]
pub fn make() -> VBox<CallsVTable> {
    VBox::new(Workload)
}
