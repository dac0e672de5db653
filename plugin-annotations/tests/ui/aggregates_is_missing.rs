use plugin_interface::{Greeter, plugin_impl};

#[derive(Default)]
pub struct Polite;

#[plugin_impl(Greeter)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, target: &str) -> String {
        format!("Good day, {target}.")
    }
}

fn main() {}
