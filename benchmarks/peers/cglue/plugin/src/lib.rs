//! A plugin as `cglue`'s documentation shows.

use cglue::prelude::v1::*;
use cglue::repr_cstring::ReprCString;
use cglue::result::CResult;
use cglue::vec::CVec;
use cglue_interface::*;

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

    fn greet(&self, target: &str) -> ReprCString {
        workload::greeting(target).into()
    }

    fn bytes(&self, value: u8) -> CVec<u8> {
        workload::bytes(value).into()
    }

    fn fill(&self, page: &mut [u8], value: u8) {
        workload::fill(page, value);
    }

    fn ask(&self, host: HostRef<'_>, question: u64) -> u64 {
        workload::ask(question, |question| host.answer(question))
    }

    fn halve(&self, value: u64) -> CResult<u64, ReprCString> {
        workload::halve(value).map_err(ReprCString::from).into()
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn make() -> CallsBox<'static> {
    trait_obj!(Workload as Calls)
}
