use plugin_interface::plugin_interface;

pub type Name = &'static str;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> Name;
}

fn main() {}
