use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Row {
    name: String,
}

#[plugin_interface]
pub trait Tool {
    fn row(&self, row: &Row) -> Row;
    fn name<'a>(&self, rows: &[Row], names: &'a str) -> &'a str;
}

fn main() {}
