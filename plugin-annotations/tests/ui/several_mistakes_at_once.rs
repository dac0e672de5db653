use plugin_interface::plugin_interface;

#[plugin_interface(version = "1")]
pub trait Tool {
    const LIMIT: u32;

    fn open(path: &str) -> bool;

    unsafe fn fetch(&self, url: &str) -> String;

    fn show<T: ToString>(&self, value: T) -> String;
}

fn main() {}
