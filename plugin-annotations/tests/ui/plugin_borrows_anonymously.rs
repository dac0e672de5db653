use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
pub struct Polite<'a> {
    title: &'a str,
}

#[plugin_impl(Greeter, name = "Polite")]
impl Greeter for Polite<'_> {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, target: &str) -> String {
        format!("Good day, {} {target}.", self.title)
    }
}

fn main() {}
