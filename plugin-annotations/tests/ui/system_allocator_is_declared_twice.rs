plugin_interface::system_allocator!();
plugin_interface::system_allocator!();

fn main() {}
