//! The baseline: an ordinary trait.
#![forbid(unsafe_code)]

/// A struct of the author's own, with an enum in it.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub at: u64,
    pub value: f64,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Celsius,
    Other(u32),
}

/// What a host offers.
pub trait Host: Send + Sync {
    fn answer(&self, question: u64) -> u64;
}

pub trait Calls: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    fn sum(&self, values: &[u64]) -> u64;
    fn len(&self, text: &str) -> usize;
    fn greet(&self, target: &str) -> String;
    fn bytes(&self, value: u8) -> Vec<u8>;
    fn fill(&self, page: &mut [u8], value: u8);
    fn halve(&self, value: u64) -> Result<u64, String>;
    fn convert(&self, reading: Reading) -> Reading;
    fn ask(&self, host: &dyn Host, question: u64) -> u64;
    /// Catches its own panic: it could not leave the library.
    fn panic(&self) -> Result<u64, String>;
}

/// The type of the library's only export.
pub type Make = fn() -> Box<dyn Calls>;
