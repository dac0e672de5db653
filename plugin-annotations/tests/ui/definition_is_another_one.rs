#![forbid(unsafe_code)]

use plugin_interface::__generate;

pub struct Pair {
    pub small: u8,
    pub big: u32,
}

__generate! { unsafely derive {} {
    pub struct Pair { pub small: u8, pub big: u32 }
} }

fn main() {}
