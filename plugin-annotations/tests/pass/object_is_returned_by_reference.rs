use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn part(&mut self) -> &dyn Part;
}

fn main() {}
