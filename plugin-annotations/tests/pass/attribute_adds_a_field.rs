#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;
use test_macros::replaced_by;

#[replaced_by(#[derive(Clone, Copy, FfiSafe)]
#[repr(C)]
pub struct Point {
    pub x: f32,
    pub y: f32,
})]
#[repr(C)]
pub struct Point {
    pub x: f32,
}

fn main() {}
