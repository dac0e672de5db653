use plugin_interface::{FfiSafe, plugin_interface};

#[plugin_interface(path = "tools::Tool")]
pub trait Tool {
    fn run(&self);
}

#[plugin_interface(path = "tools::former::Other", version = "1.0")]
pub trait Other {
    fn run(&self);
}

#[derive(FfiSafe)]
#[ffi(path = "tools::Sheet")]
pub struct Page(u8);

fn main() {}
