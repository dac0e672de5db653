use plugin_interface::{BoxFuture, plugin_interface};

#[plugin_interface]
pub trait Tool {
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, String>;
}

pub struct Echo;

impl Tool for Echo {
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, String> {
        Box::pin(async move { url.to_owned() })
    }
}

fn main() {}
