use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn draw(&mut self, at: (f64, f64), size: &[f64; 2]);
}

fn main() {}
