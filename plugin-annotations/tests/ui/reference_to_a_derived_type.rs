use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, Copy, FfiSafe)]
pub struct Point {
    pub x: f64,
}

#[plugin_interface]
pub trait Tool {
    fn draw(&mut self, at: &Point);
}

fn main() {}
