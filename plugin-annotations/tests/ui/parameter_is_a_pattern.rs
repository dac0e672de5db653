use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn distance(&self, (x, y): (f64, f64)) -> f64;
}

fn main() {}
