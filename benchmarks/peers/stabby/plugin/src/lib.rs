//! A plugin as `stabby`'s tutorial shows.

use stabby::result::Result;
use stabby::slice::{Slice, SliceMut};
use stabby::str::Str;
use stabby::string::String;
use stabby::vec::Vec;
use stabby_interface::{Calls, CallsBox};

struct Workload;

impl Calls for Workload {
    extern "C" fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
    }

    extern "C" fn sum<'a>(&self, values: Slice<'a, u64>) -> u64 {
        workload::sum(values.as_ref())
    }

    extern "C" fn len<'a>(&self, text: Str<'a>) -> usize {
        text.len()
    }

    extern "C" fn greet<'a>(&self, target: Str<'a>) -> String {
        workload::greeting(target.as_ref()).into()
    }

    extern "C" fn bytes(&self, value: u8) -> Vec<u8> {
        workload::bytes(value).into_iter().collect()
    }

    extern "C" fn fill<'a>(&self, mut page: SliceMut<'a, u8>, value: u8) {
        workload::fill(page.as_mut(), value);
    }

    extern "C" fn halve(&self, value: u64) -> Result<u64, String> {
        workload::halve(value).map_err(String::from).into()
    }
}

#[stabby::export]
pub extern "C" fn make() -> CallsBox {
    stabby::boxed::Box::new(Workload).into()
}
