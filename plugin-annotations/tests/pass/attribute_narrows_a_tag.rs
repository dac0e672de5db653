#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[replaced_by(#[derive(Clone, Copy, FfiSafe)]
#[repr(u8)]
pub enum Speed {
    Walk(u32),
    Run(u32),
})]
#[repr(C)]
pub enum Speed {
    Walk(u32),
    Run(u32),
}

fn main() {}
