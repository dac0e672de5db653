use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

pub struct Polite {
    title: String,
}

impl Polite {
    fn open() -> Result<Self, String> {
        Ok(Polite { title: "Sir".to_owned() })
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
