use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    async fn fetch(&self, url: &str) -> String;
}

fn main() {}
