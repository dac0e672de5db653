use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn both<'a>(&self, text: &'a str, other: &'a str) -> (&'a str, &'a str);
}

fn main() {}
