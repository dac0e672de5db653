use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Own {
    text: String,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn first(&self, own: Option<Own>, other: &Own) -> u32;
    async fn change(&self, own: &mut Own);
}

fn main() {}
