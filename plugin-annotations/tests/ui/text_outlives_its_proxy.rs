use plugin_interface::{Greeter, GreeterProxy};

pub fn name_of(greeter: GreeterProxy) -> &'static str {
    let name = greeter.name();
    drop(greeter);
    name
}

fn main() {}
