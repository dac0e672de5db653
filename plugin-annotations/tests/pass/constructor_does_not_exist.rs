use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

pub struct Polite {
    title: String,
}

impl Polite {
    fn entitled(_: &PluginContext) -> Result<Self, String> {
        Ok(Polite { title: "Sir".to_owned() })
    }
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
