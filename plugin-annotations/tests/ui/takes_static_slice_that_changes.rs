use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn fill(&mut self, bytes: &'static mut [u8]);
    fn listen(&mut self, heard: &dyn Fn(&'static str));
}

fn main() {}
