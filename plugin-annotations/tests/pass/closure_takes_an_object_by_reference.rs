use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Editor {
    fn open(&mut self, name: &str);
}

#[plugin_interface]
pub trait Command {
    fn run(&self, editor: &mut dyn Editor);
}

#[plugin_interface]
pub trait Tool {
    fn command(&self, run: Box<dyn Command>);
    fn each(&self, apply: &mut dyn Command);
}

fn main() {}
