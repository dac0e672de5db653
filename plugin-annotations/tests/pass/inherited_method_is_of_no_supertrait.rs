use std::io::{self, Read};

use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

pub trait Named {
    fn name(&self) -> String;
    fn twice(&self) -> String {
        self.name() + &self.name()
    }
}

#[plugin_interface(version = "1.1")]
pub trait Tool: Named + Read + Send {
    #[inherit(Named)]
    fn name(&self) -> String;
    #[inherit(Read)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    fn run(&self);
    #[since("1.1")]
    fn later(&self) -> String {
        self.twice()
    }
}

#[derive(Default)]
struct Saw;

impl Named for Saw {
    fn name(&self) -> String {
        "saw".to_owned()
    }
}

impl Read for Saw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(1);
        Ok(buffer.len())
    }
}

#[plugin_impl(Tool)]
impl Tool for Saw {
    fn run(&self) {}
}

#[plugin_aggregates(Tool)]
mod plugin {}

pub fn host(mut tool: ToolProxy) -> io::Result<String> {
    let mut text = String::new();
    tool.read_to_string(&mut text)?;
    let named: Box<dyn Named> = Box::new(tool);
    Ok(text + &named.twice())
}

fn main() {}
