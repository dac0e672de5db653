use plugin_interface::plugin_interface;

pub type Name<'a> = &'a str;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> Name<'_>;
}

fn main() {}
