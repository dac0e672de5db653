use std::borrow::Cow;

use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Words<'a>(&'a str);

#[plugin_interface]
pub trait Tool {
    fn draw(&self, on: &(dyn Tool + 'static), by: &mut (dyn FnMut(u32) + 'static));
    fn rename(&mut self, name: Cow<'static, str>, words: Words<'static>);
}

fn main() {}
