#![forbid(unsafe_code)]

plugin_interface::__private::inventory::submit! {
    plugin_interface::__private::SystemAllocatorDeclared::new()
}

fn main() {}
