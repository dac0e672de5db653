use std::alloc::System;

#[global_allocator]
static ALLOCATOR: System = System;

plugin_interface::system_allocator!();

fn main() {}
