use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Editor {
    fn open(&mut self, name: &str);
}

#[plugin_interface]
pub trait Tool {
    fn command(&self, run: Box<dyn Fn(&mut dyn Editor) + Send + Sync>);
    fn each(&self, apply: &mut dyn FnMut(u32, &(dyn Editor + '_)));
}

fn main() {}
