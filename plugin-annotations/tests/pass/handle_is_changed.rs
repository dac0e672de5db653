use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait App {
    fn add_system(&mut self, system: Box<dyn Fn()>);
}

#[plugin_interface]
pub trait Tool {
    fn build(&self, app: &mut dyn App);
}

fn main() {}
