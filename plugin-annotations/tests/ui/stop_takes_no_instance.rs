use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
pub struct Clerk;

impl Clerk {
    fn stop() {}
}

#[plugin_impl(Greeter, stop = Clerk::stop)]
impl Greeter for Clerk {
    fn name(&self) -> &str {
        "clerk"
    }

    fn greet(&self, target: &str) -> String {
        format!("Next, {target}!")
    }
}

fn main() {}
