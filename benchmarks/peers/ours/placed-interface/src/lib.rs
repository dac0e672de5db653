//! What is called in each placement.
#![forbid(unsafe_code)]

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Placed: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    fn greet(&self, target: &str) -> String;
    fn len(&self, text: &str) -> usize;
    fn bytes(&self, value: u8) -> Vec<u8>;
    fn ask(&self, host: &dyn Fn(u64) -> u64, question: u64) -> u64;
    fn items(&self, count: u64) -> Box<dyn Iterator<Item = u64> + Send>;
}
