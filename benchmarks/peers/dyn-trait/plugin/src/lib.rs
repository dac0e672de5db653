//! The baseline: a `dyn Trait` made in a `cdylib`, as works as long as host
//! and plugin come from one compiler.

use std::panic::{catch_unwind, set_hook};

use dyn_trait_interface::{Calls, Host, Reading};

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

    fn convert(&self, reading: Reading) -> Reading {
        let (at, value) = workload::convert(reading.at, reading.value);
        Reading { at, value, ..reading }
    }

    fn ask(&self, host: &dyn Host, question: u64) -> u64 {
        workload::ask(question, |question| host.answer(question))
    }

    fn panic(&self) -> Result<u64, String> {
        catch_unwind(|| panic!("{}", workload::PANIC))
            .map_err(|payload| payload.downcast_ref::<String>().cloned().unwrap_or_default())
    }
}

#[unsafe(no_mangle)]
pub fn make() -> Box<dyn Calls> {
    set_hook(Box::new(|_| {}));
    Box::new(Workload)
}
