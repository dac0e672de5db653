use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct List<'a> {
    texts: &'a mut Vec<String>,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn count(&self, list: List<'_>) -> u32;
}

fn main() {}
