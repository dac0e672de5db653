use plugin_interface::plugin_interface;

#[plugin_interface]
#[cfg_attr(all(), doc = "A tool.", must_use)]
#[cfg_attr(any(), mockall::automock)]
pub trait Tool: Send + Sync {
    fn run(&self);
}

fn main() {}
