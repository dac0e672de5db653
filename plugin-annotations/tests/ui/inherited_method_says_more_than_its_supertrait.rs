use plugin_interface::plugin_interface;

pub trait Super {
    fn first<'a>(&'a self, text: &'a str, list: &'a [String]) -> &'a str;
    fn wrap<'a>(&'a self, call: Box<dyn Fn() + 'a>) -> Box<dyn Fn() + 'a>;
    fn part<'a>(&'a self, text: &'a str) -> &'a str;
}

#[plugin_interface]
pub trait Tool: Super {
    #[inherit(Super)]
    fn first<'a, 'b>(&'a self, text: &'a str, list: &'b [String]) -> &'a str;
    #[inherit(Super)]
    fn wrap<'a, 'b>(&'a self, call: Box<dyn Fn() + 'b>) -> Box<dyn Fn() + 'a>;
    #[inherit(Super)]
    fn part<'a>(&self, text: &'a str) -> &'a str;
}

fn main() {}
