use std::fmt::Display;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Fault: Display {
    fn fmt_display(&self) -> u32;
}

fn main() {}
