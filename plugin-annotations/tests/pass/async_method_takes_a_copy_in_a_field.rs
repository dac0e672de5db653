use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct List {
    texts: Vec<String>,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn count(&self, list: List) -> u32;
}

fn main() {}
