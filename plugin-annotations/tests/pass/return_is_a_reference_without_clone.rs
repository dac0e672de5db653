use std::collections::HashMap;
use std::sync::Arc;

use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Parcel {
    pub label: String,
    pub parts: Vec<Parcel>,
}

#[plugin_interface]
pub trait Tool {
    fn find(&self, label: &str) -> Option<&Parcel>;
    fn names(&self) -> &[String];
    fn title(&self) -> &Option<String>;
    fn all(&self) -> Vec<&Arc<Parcel>>;
    fn map<'s>(&'s self, of: &str) -> Result<&'s HashMap<String, Parcel>, String>;
    fn changed(&mut self) -> &Vec<f64>;
    fn next(&self, parcel: Option<&Parcel>) -> Option<Parcel>;
}

fn main() {}
