use plugin_interface::plugin_interface;

pub type Name<'a> = &'a str;

#[plugin_interface]
pub trait Tool {
    fn rename(&mut self, name: Name<'_>);
}

fn main() {}
