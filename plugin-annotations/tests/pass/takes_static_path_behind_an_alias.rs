use std::path::Path;

use plugin_interface::plugin_interface;

pub type Place<'a> = Option<&'a Path>;

#[plugin_interface]
pub trait Tool {
    fn open(&mut self, place: Place<'_>);
}

fn main() {}
