use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn both<'s, 'a>(&'s self, text: &'a str) -> (&'s str, &'a str);
    fn hidden<'a>(&self, text: &'a str) -> Result<&'a str, &str>;
    fn head<'a>(&mut self, bytes: &'a mut [u8]) -> &'a mut [u8];
    fn later<'a>(&self, text: &'a str) -> Box<dyn Fn() -> u32 + 'a>;
    fn unknown<'a>(&self, text: &str) -> &'a str;
}

fn main() {}
