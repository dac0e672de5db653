use plugin_interface::plugin_interface;

type Name = String;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: &dyn Fn(Name) -> u32);
}

fn main() {}
