use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Sink: Send + Sync {
    fn put(&mut self, text: &str);
}

pub struct Sinks(pub Vec<SinkProxy>);

impl Drop for Sinks {
    fn drop(&mut self) {
        self.0.clear();
    }
}

fn main() {}
