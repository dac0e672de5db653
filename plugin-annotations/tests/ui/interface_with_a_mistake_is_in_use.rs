use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    unsafe fn fetch(&self, url: &str) -> String;
}

pub struct Tools {
    pub loaded: Vec<ToolProxy>,
}

fn main() {}
