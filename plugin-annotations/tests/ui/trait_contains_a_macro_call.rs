use plugin_interface::plugin_interface;

macro_rules! methods {
    () => {
        fn run(&self);
    };
}

#[plugin_interface]
pub trait Tool {
    methods!();
}

fn main() {}
