use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn sum(&self, values: &Vec<f64>) -> f64;
}

fn main() {}
