use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn draw(&mut self, at: &(f64, f64));
}

fn main() {}
