use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

pub struct NoTitle;

impl std::fmt::Display for NoTitle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no title")
    }
}

pub struct Polite {
    title: String,
}

impl Polite {
    fn open(_: &PluginContext) -> Result<Self, NoTitle> {
        Err(NoTitle)
    }
}

#[plugin_impl(Greeter, new = Polite::open)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, target: &str) -> String {
        format!("Good day, {} {target}.", self.title)
    }
}

fn main() {}
