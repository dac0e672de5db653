use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Zähler: Send + Sync {
    fn zählen(&self) -> u32;
}

#[plugin_aggregates(Zähler)]
mod plugin {}

#[derive(Default)]
struct Wuerfel;

#[plugin_impl(Zähler)]
impl Zähler for Wuerfel {
    fn zählen(&self) -> u32 {
        1
    }
}

fn main() {}
