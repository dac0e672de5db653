use plugin_interface::{Greeter, RegistrationFactory, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct English;

#[plugin_impl(Greeter)]
impl Greeter for English {
    fn name(&self) -> &str {
        "english"
    }

    fn greet(&self, target: &str) -> String {
        format!("Hello, {target}!")
    }
}

fn unmaker(factory: &RegistrationFactory) -> unsafe extern "C" fn(*const std::ffi::c_void) {
    factory.unmaker()
}

fn main() {
    let _ = unmaker;
}
