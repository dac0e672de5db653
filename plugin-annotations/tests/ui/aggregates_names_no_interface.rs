use plugin_interface::plugin_aggregates;

#[plugin_aggregates]
mod plugin {}

fn main() {}
