use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Editor {
    fn open(&mut self, name: &str);
}

#[plugin_interface]
pub trait Tool {
    fn command(&self, run: Box<dyn Fn(&mut dyn Editor) + Send + Sync>);
    fn commands(&self, all: Vec<(String, Box<dyn Fn(&mut dyn Editor) + Send + Sync>)>);
    fn each<'a>(&'a self, apply: &'a mut dyn FnMut(u32, &(dyn Editor + '_)));
    fn one(&self, apply: &(dyn for<'e> Fn(&'e dyn Editor, &'e mut u32) -> Box<dyn Editor> + Sync));
}

fn main() {}
