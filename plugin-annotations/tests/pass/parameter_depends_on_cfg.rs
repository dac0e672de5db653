#[plugin_interface::plugin_interface]
pub trait Tool {
    #[cfg(unix)]
    fn apply(&self, mode: u32, text: &str);
    #[cfg(not(unix))]
    fn apply(&self, text: &str);
}

fn main() {}
