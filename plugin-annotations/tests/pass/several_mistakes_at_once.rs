use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.0")]
pub trait Tool {
    fn limit(&self) -> u32;

    fn open(&mut self, path: &str) -> bool;

    fn fetch(&self, url: &str) -> String;

    fn show(&self, value: &str) -> String;
}

fn main() {}
