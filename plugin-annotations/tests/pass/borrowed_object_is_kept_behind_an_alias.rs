use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

pub type Lent<'a> = &'a dyn Part;

#[plugin_interface]
pub trait Tool {
    fn around(&self, part: Lent<'_>) -> Box<dyn Part>;
}

fn main() {}
