use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.1")]
pub trait Tool {
    fn run(&self);
    fn twice(self) -> Self
    where
        Self: Sized,
    {
        self.run();
        self
    }
}

fn main() {}
