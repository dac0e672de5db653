//! A trait as `stabby`'s tutorial shows.

use stabby::result::Result;
use stabby::slice::{Slice, SliceMut};
use stabby::str::Str;
use stabby::string::String;
use stabby::vec::Vec;

#[stabby::stabby(checked)]
pub trait Calls {
    extern "C" fn add(&self, a: u64, b: u64) -> u64;
    extern "C" fn sum<'a>(&self, values: Slice<'a, u64>) -> u64;
    extern "C" fn len<'a>(&self, text: Str<'a>) -> usize;
    extern "C" fn greet<'a>(&self, target: Str<'a>) -> String;
    extern "C" fn bytes(&self, value: u8) -> Vec<u8>;
    extern "C" fn fill<'a>(&self, page: SliceMut<'a, u8>, value: u8);
    extern "C" fn halve(&self, value: u64) -> Result<u64, String>;
}

pub type CallsBox = stabby::dynptr!(stabby::boxed::Box<dyn Calls + Send + Sync>);
