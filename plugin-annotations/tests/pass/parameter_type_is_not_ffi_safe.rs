use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn draw(&mut self, x: f64, y: f64);
}

fn main() {}
