use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface(version = "1.1")]
pub trait Work {
    fn add(&mut self, text: &str);
    fn finish(self: Box<Self>, end: char) -> String;
    #[cfg(any())]
    fn never(self: Box<Self>);
    #[since("1.1")]
    fn give_up(self: Box<Self>) -> Result<(), String> {
        Err(self.finish('?'))
    }
}

#[plugin_interface]
pub trait Tool {
    fn start(&self) -> Box<dyn Work>;
    #[cfg(any())]
    fn never(self: Box<Self>);
}

#[derive(Default)]
struct Saw;

struct Cut(String);

impl Work for Cut {
    fn add(&mut self, text: &str) {
        self.0 += text;
    }

    fn finish(self: Box<Self>, end: char) -> String {
        self.0 + &end.to_string()
    }
}

#[plugin_impl(Tool)]
impl Tool for Saw {
    fn start(&self) -> Box<dyn Work> {
        Box::new(Cut(String::new()))
    }
}

#[plugin_aggregates(Tool)]
mod plugin {}

pub fn host(tool: &ToolProxy) -> String {
    let mut work = tool.start();
    work.add("wood");
    match WorkProxy::checked_box(tool.start()) {
        Ok(checked) => checked.finish('.').unwrap(),
        Err(own) => own.finish('!'),
    };
    work.give_up().unwrap_err()
}

fn main() {
    let work = Box::new(Cut("wood".to_owned()));
    assert_eq!(work.give_up(), Err("wood?".to_owned()));
}
