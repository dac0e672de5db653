plugin_interface::system_allocator!();

fn main() {}
