use plugin_interface::{Greeter, GreeterProxy};

pub fn name_of(greeter: GreeterProxy) -> String {
    let name = greeter.name().to_owned();
    drop(greeter);
    name
}

fn main() {}
