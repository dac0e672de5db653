//! What the peers' interfaces have too, and no more: for builds that are compared.
#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Calls: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    fn sum(&self, values: &[u64]) -> u64;
    fn len(&self, text: &str) -> usize;
    fn greet(&self, target: &str) -> String;
    fn bytes(&self, value: u8) -> Vec<u8>;
    fn fill(&self, page: &mut [u8], value: u8);
    fn halve(&self, value: u64) -> Result<u64, String>;
}
