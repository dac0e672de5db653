use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn both<'a, 'b>(&self, text: &'a str, other: &'b str) -> (&'a str, &'b str);
}

fn main() {}
