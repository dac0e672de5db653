use plugin_interface::{async_impl, plugin_interface};

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn size(&self) -> u32;
}

struct Ours;

#[async_impl]
impl Tool for Ours {
    async fn size(&self) -> u32 {
        1
    }
}

fn main() {}
