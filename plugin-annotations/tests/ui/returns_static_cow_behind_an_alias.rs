use std::borrow::Cow;

use plugin_interface::plugin_interface;

pub type Name = Cow<'static, str>;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> Name;
}

fn main() {}
