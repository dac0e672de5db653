use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn pick(&self, text: &str) -> String;
    fn words<'a>(&'a self, text: &'a str) -> Vec<&'a str>;
    fn word<'a>(&'a mut self, text: &'a str) -> &'a str;
}

fn main() {}
