use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Request {
    path: &'static str,
    body: Vec<u8>,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    async fn change(&self, request: &mut Request);
}

fn main() {}
