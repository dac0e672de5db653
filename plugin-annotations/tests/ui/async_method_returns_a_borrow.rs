use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn name(&self) -> &str;
}

fn main() {}
