//! A table of functions as `vtable`'s documentation shows. Its macro takes
//! Rust's own types as they are, so that this much is no stable ABI.

use vtable::*;

#[vtable]
#[repr(C)]
pub struct CallsVTable {
    pub add: fn(VRef<CallsVTable>, a: u64, b: u64) -> u64,
    pub sum: fn(VRef<CallsVTable>, values: &[u64]) -> u64,
    pub len: fn(VRef<CallsVTable>, text: &str) -> usize,
    pub greet: fn(VRef<CallsVTable>, target: &str) -> String,
    pub bytes: fn(VRef<CallsVTable>, value: u8) -> Vec<u8>,
    pub fill: fn(VRef<CallsVTable>, page: &mut [u8], value: u8),
    pub halve: fn(VRef<CallsVTable>, value: u64) -> Result<u64, String>,
    pub drop: fn(VRefMut<CallsVTable>),
}

/// The type of the library's only export.
pub type Make = fn() -> VBox<CallsVTable>;
