use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn values(&self) -> &[f64];
    fn title(&self) -> Option<&str>;
}

fn main() {}
