use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn sum<const N: usize>(&self, values: &[f64]) -> f64;
}

fn main() {}
