use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn pick<'a>(&self, text: &'a str) -> String;
    fn words<'a>(&self, text: &'a str) -> Vec<&'a str>;
    fn word<'a>(&mut self, text: &'a str) -> &'a str;
}

fn main() {}
