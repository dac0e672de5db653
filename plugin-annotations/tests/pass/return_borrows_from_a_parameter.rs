use std::borrow::Cow;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn both<'a>(&'a self, text: &'a str) -> (&'a str, &'a str);
    fn words<'a>(&self, text: &'a str) -> Vec<&'a str>;
    fn word<'a>(&mut self, text: &'a str) -> Result<Cow<'a, str>, &'a [u8]>;
    fn head<'a>(&mut self, bytes: &'a mut [u8]) -> &'a [u8];
    fn later<'a>(&'a self, text: &'a str) -> Box<dyn Fn() -> u32 + 'a>;
    fn known<'b, 's: 'b, 'a: 'b>(&'s self, text: &'a str) -> &'b str;
}

fn main() {}
