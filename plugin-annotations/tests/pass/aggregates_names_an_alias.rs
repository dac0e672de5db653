use plugin_interface::{Greeter, plugin_aggregates};

#[plugin_aggregates(Greeter)]
mod plugin {}

fn main() {}
