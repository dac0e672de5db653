use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Two<'a, 'b> {
    pub one: &'a str,
    pub other: &'b str,
}

#[plugin_interface]
pub trait Picks {
    fn pick<'a>(&'a self, two: Two<'a, '_>) -> &'a str;
}

fn main() {}
