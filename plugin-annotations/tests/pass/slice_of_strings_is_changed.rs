use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn sorted(&self, words: Vec<String>) -> Vec<String>;
    fn sort(&self, numbers: &mut [u32]);
}

fn main() {}
