use std::borrow::Cow;

use plugin_interface::plugin_interface;

pub type Name<'a> = Cow<'a, str>;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> Name<'_>;
}

fn main() {}
