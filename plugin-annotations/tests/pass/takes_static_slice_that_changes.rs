use std::collections::HashSet;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn fill(&mut self, bytes: &mut [u8]);
    fn listen(&mut self, heard: &dyn Fn(String));
    fn rename(&mut self, name: &'static str);
    fn nestable(&self, parents: &HashSet<&'static str>) -> bool;
}

fn main() {}
