use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn position(&self) -> Vec<f64>;
}

fn main() {}
