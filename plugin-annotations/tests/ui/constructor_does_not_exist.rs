use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

pub struct Polite {
    title: String,
}

#[plugin_impl(Greeter, new = Polite::entitled)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, target: &str) -> String {
        format!("Good day, {} {target}.", self.title)
    }
}

fn main() {}
