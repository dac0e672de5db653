use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct English;

#[plugin_impl(Greeter, runtime = smol)]
impl Greeter for English {
    fn name(&self) -> &str {
        "english"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}

fn main() {}
