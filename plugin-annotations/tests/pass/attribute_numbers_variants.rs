#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[replaced_by(#[derive(Clone, Copy, FfiSafe)]
#[repr(C)]
pub enum Speed {
    Walk = 1,
    Run = 2,
})]
#[repr(C)]
pub enum Speed {
    Walk,
    Run,
}

fn main() {}
