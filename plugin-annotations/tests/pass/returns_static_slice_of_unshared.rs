use std::borrow::Cow;

use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Rule {
    pub weight: f64,
    pub name: &'static str,
    pub hint: std::borrow::Cow<'static, [u8]>,
}

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> &'static str;
    fn words(&self) -> &'static [&'static str];
    fn rules(&self) -> Option<&'static [Rule]>;
    fn refused(&self) -> Result<Box<dyn Tool>, Cow<'static, str>>;
}

fn main() {}
