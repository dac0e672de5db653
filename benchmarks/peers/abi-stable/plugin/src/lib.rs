//! A plugin as `abi_stable`'s documentation shows.

use abi_stable::export_root_module;
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_extern_fn;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RResult, RSlice, RSliceMut, RStr, RString, RVec};
use abi_stable_interface::{Calls, Calls_TO, CallsBox, HostRef, Plugin, Plugin_Ref};

struct Workload;

impl Calls for Workload {
    fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
    }

    fn sum(&self, values: RSlice<'_, u64>) -> u64 {
        workload::sum(values.as_slice())
    }

    fn len(&self, text: RStr<'_>) -> usize {
        text.len()
    }

    fn greet(&self, target: RStr<'_>) -> RString {
        workload::greeting(target.as_str()).into()
    }

    fn bytes(&self, value: u8) -> RVec<u8> {
        workload::bytes(value).into()
    }

    fn fill(&self, mut page: RSliceMut<'_, u8>, value: u8) {
        workload::fill(page.as_mut_slice(), value);
    }

    fn ask(&self, host: HostRef<'_>, question: u64) -> u64 {
        workload::ask(question, |question| host.answer(question))
    }

    fn halve(&self, value: u64) -> RResult<u64, RString> {
        workload::halve(value).map_err(RString::from).into()
    }
}

#[sabi_extern_fn]
fn make() -> CallsBox {
    Calls_TO::from_value(Workload, TD_Opaque)
}

#[export_root_module]
pub fn plugin() -> Plugin_Ref {
    Plugin { make }.leak_into_prefix()
}
