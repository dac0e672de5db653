use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Own {
    text: String,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn first(&self, own: Vec<&Own>) -> u32;
    async fn call(&self, call: &mut dyn FnMut(u32));
}

fn main() {}
