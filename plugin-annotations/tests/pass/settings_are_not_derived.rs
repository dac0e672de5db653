use plugin_interface::{Greeter, PluginConfig, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(PluginConfig)]
struct Settings {
    word: String,
}

#[derive(Default)]
struct English;

#[plugin_impl(Greeter, config = Settings)]
impl Greeter for English {
    fn name(&self) -> &str {
        "english"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}

fn main() {}
