use std::sync::Arc;

use plugin_interface::{FfiSafe, plugin_interface};

#[plugin_interface]
pub trait Counter {
    fn count(&self) -> u64;
}

#[derive(FfiSafe)]
pub struct Counters {
    pub first: Arc<dyn Counter + Send>,
}

fn main() {}
