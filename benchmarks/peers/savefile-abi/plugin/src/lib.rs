//! A plugin as `savefile-abi`'s documentation shows.

use savefile_derive::savefile_abi_export;
use savefile_interface::Calls;

struct Workload;

impl Default for Workload {
    fn default() -> Self {
        // Panics are part of what is measured, printing them is not.
        std::panic::set_hook(Box::new(|_| {}));
        Workload
    }
}

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

    fn halve(&self, value: u64) -> Result<u64, String> {
        workload::halve(value)
    }

    fn panic(&self) -> u64 {
        panic!("{}", workload::PANIC)
    }
}

savefile_abi_export!(Workload, Calls);
