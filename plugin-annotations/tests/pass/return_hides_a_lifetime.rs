use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Line<'a> {
    pub text: &'a str,
}

#[plugin_interface]
pub trait Tool {
    fn first(&self) -> Line<'_>;
    fn take(&self, line: Line);
    fn look(&self, line: &Line, name: &str) -> Option<Line<'_>>;
    fn all(&mut self, lines: Vec<Line>, more: (Line, Option<&Line>), boxed: Box<Line>);
    fn named<'a>(&'a self, line: Line, name: &'a str) -> &'a str;
}

fn main() {}
