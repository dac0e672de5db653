use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Block<'a> {
    pub samples: &'a mut [f32],
    pub is_silent: bool,
}

#[plugin_interface]
pub trait Effect {
    fn process(&mut self, block: &mut Block<'_>);
}

fn main() {}
