use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn show(&self, value: impl ToString) -> String;
}

fn main() {}
