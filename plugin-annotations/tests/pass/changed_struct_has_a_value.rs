use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Block<'a> {
    pub samples: &'a mut [f32],
    pub events: &'a mut Vec<String>,
    pub log: &'a mut dyn FnMut(String),
    pub name: &'a str,
    pub is_silent: &'a mut bool,
}

#[plugin_interface]
pub trait Effect {
    fn process(&mut self, block: &mut Block<'_>);
    fn hidden(&mut self, block: &mut Block, other: Block);
}

fn main() {}
