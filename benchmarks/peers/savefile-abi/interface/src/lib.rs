//! A trait as `savefile-abi`'s documentation shows. Parameters cannot be
//! mutable, so nothing is filled in place.

extern crate savefile_derive;
use savefile_derive::savefile_abi_exportable;

#[savefile_abi_exportable(version = 0)]
pub trait Calls: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    fn sum(&self, values: &[u64]) -> u64;
    fn len(&self, text: &str) -> usize;
    fn greet(&self, target: &str) -> String;
    fn bytes(&self, value: u8) -> Vec<u8>;
    fn halve(&self, value: u64) -> Result<u64, String>;
    fn panic(&self) -> u64;
}
