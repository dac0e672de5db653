use std::sync::Arc;

use plugin_interface::{FfiSafe, plugin_interface};

#[plugin_interface]
pub trait Part: Send + Sync {
    fn name(&self) -> String;
}

#[derive(Clone, FfiSafe)]
pub struct Shelf {
    pub parts: Vec<Arc<dyn Part>>,
}

#[plugin_interface]
pub trait Tool {
    fn shelf(&self) -> &Shelf;
}

fn main() {}
