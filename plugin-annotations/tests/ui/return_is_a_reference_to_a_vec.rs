use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn values(&self) -> &Vec<f64>;
    fn title(&self) -> &Option<String>;
}

fn main() {}
