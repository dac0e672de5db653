#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[derive(Clone, Copy, FfiSafe)]
#[replaced_by(pub struct Pair {
    pub small: u8,
    pub big: u32,
})]
#[repr(C)]
pub struct Pair {
    pub small: u8,
    pub big: u32,
}

fn main() {}
