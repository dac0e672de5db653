use std::borrow::Cow;
use std::sync::Arc;

use plugin_interface::{BoxFuture, FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Words<'a>(&'a str);

#[plugin_interface]
pub trait Tool {
    fn draw(&self, on: &dyn Tool, by: &mut dyn FnMut(u32));
    fn rename(&mut self, name: Cow<'_, str>, words: Words<'_>);
    // What is owned is borrowed for nothing.
    fn keep(&self, tool: Box<dyn Tool + 'static>, lent: &dyn Tool) -> Arc<dyn Tool + 'static>;
    fn all(&self, tools: &[Arc<dyn Tool + 'static>], more: BoxFuture<'static, u32>) -> &str;
    fn each(&self, by: &mut (dyn FnMut(Box<dyn Tool + 'static>) + Send));
}

#[derive(FfiSafe)]
pub struct Owned {
    pub tool: Box<dyn Tool + 'static>,
    pub call: Box<dyn 'static + Send + Fn(u32) -> ::std::string::String>,
    pub text: ::std::string::String,
    pub future: Option<BoxFuture<'static, Vec<u8>>>,
}

fn main() {}
