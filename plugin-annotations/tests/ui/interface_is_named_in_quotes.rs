use plugin_interface::{plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
}

pub struct Hammer;

#[plugin_impl("Tool")]
impl Tool for Hammer {
    fn name(&self) -> String {
        "hammer".to_owned()
    }
}

fn main() {}
