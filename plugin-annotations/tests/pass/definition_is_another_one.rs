#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[repr(C)]
pub struct Pair {
    pub small: u8,
    pub big: u32,
}

fn main() {}
