use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Own {
    text: String,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn change(&self, own: &mut Own) -> u32;
}

fn main() {}
