use plugin_interface::plugin_interface;

type Result<A, B> = std::result::Result<A, B>;

#[plugin_interface]
pub trait InOrder {
    fn run(&self, call: Result<Box<dyn Fn() + '_>, Box<dyn Fn()>>);
}

fn main() {}
