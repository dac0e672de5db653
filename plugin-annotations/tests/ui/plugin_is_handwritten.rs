use plugin_interface::__private::{Counter, Plugin};
use plugin_interface::{Greeter, PluginContext};

struct Polite;

impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

static COUNTER: Counter<dyn Greeter> = Counter::new();

enum Handwritten {}

impl Plugin for Handwritten {
    type Interface = dyn Greeter;
    type Instance = Polite;
    const NAME: &'static str = "polite";
    const RECORD: &'static [u8] = &[];

    fn construct(_: &PluginContext<'_>) -> Result<Polite, String> {
        Ok(Polite)
    }

    fn counter() -> &'static Counter<dyn Greeter> {
        &COUNTER
    }
}

fn main() {}
