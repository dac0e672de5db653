use plugin_interface::plugin_interface;

pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[plugin_interface]
pub trait Tool {
    fn position(&self) -> Point;
}

fn main() {}
