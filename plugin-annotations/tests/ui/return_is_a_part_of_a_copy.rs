use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Row {
    name: String,
}

#[plugin_interface]
pub trait Tool {
    fn row<'a>(&self, row: &'a Row) -> &'a Row;
    fn name<'a>(&self, rows: &'a [Row]) -> &'a str;
}

fn main() {}
