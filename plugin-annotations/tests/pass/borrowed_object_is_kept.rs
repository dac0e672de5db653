use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn around(&self, part: Box<dyn Part>) -> Box<dyn Part>;
    fn name(&self, part: &dyn Part) -> &str;
}

fn main() {}
