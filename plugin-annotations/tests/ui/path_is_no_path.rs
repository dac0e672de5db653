use plugin_interface::{FfiSafe, plugin_interface};

#[plugin_interface(path = "Tool")]
pub trait Tool {
    fn run(&self);
}

#[plugin_interface(path = "tools::former::Instrument")]
pub trait Other {
    fn run(&self);
}

#[derive(FfiSafe)]
#[ffi(path = "tools::Page<T>")]
pub struct Page(u8);

fn main() {}
