#![forbid(unsafe_code)]

plugin_interface::system_allocator!();

fn main() {}
