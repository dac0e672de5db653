use plugin_interface::plugin_interface;

type Result<A, B> = std::result::Result<B, A>;

#[plugin_interface]
pub trait Swapped {
    fn run(&self, call: Result<Box<dyn Fn() + '_>, Box<dyn Fn()>>);
}

fn main() {}
