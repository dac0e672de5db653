use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

pub type Lent<'a> = &'a dyn Part;

#[plugin_interface]
pub trait Tool {
    fn around<'a>(&'a self, part: Lent<'a>) -> Box<dyn Part + 'a>;
}

fn main() {}
