use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Sink: Send + Sync {
    fn put(&mut self, text: &str);
}

impl Drop for SinkProxy {
    fn drop(&mut self) {
        let _: &mut SinkProxy = self;
    }
}

fn main() {}
