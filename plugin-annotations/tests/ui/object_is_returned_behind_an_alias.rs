use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

pub type Lent<'a> = &'a dyn Part;

#[plugin_interface]
pub trait Tool {
    fn part(&self) -> Option<Lent<'_>>;
}

fn main() {}
