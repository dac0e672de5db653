#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[derive(Clone, Copy, FfiSafe)]
#[replaced_by(#[repr(u64)]
pub enum Speed {
    Walk(u64),
    Run(u64),
})]
#[repr(C)]
pub enum Speed {
    Walk(u64),
    Run(u64),
}

fn main() {}
