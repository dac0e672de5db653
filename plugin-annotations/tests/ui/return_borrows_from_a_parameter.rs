use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn pick<'a>(&self, text: &'a str) -> &'a str;
}

fn main() {}
