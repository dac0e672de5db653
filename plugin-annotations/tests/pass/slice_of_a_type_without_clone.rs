use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Parcel {
    pub label: String,
}

#[plugin_interface]
pub trait Tool {
    fn weigh(&self, parcels: &[Parcel]) -> f64;
    fn join(&self, words: &[String], others: &[&str], at: &(f64, f64)) -> String;
}

fn main() {}
