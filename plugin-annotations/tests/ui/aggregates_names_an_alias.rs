use plugin_interface::{Greeter as Welcomer, plugin_aggregates};

#[plugin_aggregates(Welcomer)]
mod plugin {}

fn main() {}
