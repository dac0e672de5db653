use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn name(&self) -> String;
}

fn main() {}
