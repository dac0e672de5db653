#[plugin_interface::plugin_interface]
pub trait Tool {
    fn apply(&self, #[cfg(unix)] mode: u32, text: &str);
}

fn main() {}
