#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[derive(Clone, Copy, FfiSafe)]
#[replaced_by(#[repr(C)]
pub enum Speed {
    Run(u32),
    Walk(u32),
})]
#[repr(C)]
pub enum Speed {
    Walk(u32),
    Run(u32),
}

fn main() {}
