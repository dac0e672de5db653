#![forbid(unsafe_code)]

use plugin_interface::{Greeter, PluginState, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

mod sdk {
    pub use plugin_interface as plugins;
}

#[derive(Default)]
struct Polite;

impl PluginState for Polite {
    const VERSION: u32 = 1;

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn restore(&mut self, _: u32, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

#[plugin_impl(Greeter, state, crate = crate::sdk::plugins)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

fn main() {}
