use plugin_interface::plugin_interface;

pub struct App {
    pub systems: Vec<fn()>,
}

#[plugin_interface]
pub trait Tool {
    fn build(&self, app: &mut App);
}

fn main() {}
