use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn around<'a>(&'a self, part: &'a dyn Part) -> Box<dyn Part + 'a>;
}

fn main() {}
