use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Zaehler: Send + Sync {
    fn zählen(&self) -> u32;
}

#[plugin_aggregates(Zaehler)]
mod plugin {}

#[derive(Default)]
struct Würfel;

#[plugin_impl(Zaehler, name = "Wuerfel")]
impl Zaehler for Würfel {
    fn zählen(&self) -> u32 {
        1
    }
}

fn main() {}
