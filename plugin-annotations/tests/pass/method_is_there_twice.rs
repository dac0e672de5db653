use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self, text: &str) -> String;
    fn stop(&self);
    #[cfg(any())]
    fn again(&self, text: &[u8]) -> String;
    #[cfg(all())]
    fn again(&self, text: &str) -> String;
}

fn main() {}
