use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Sink: Send + Sync {
    fn put(&mut self, text: &str);
}

pub fn proxy(sink: &mut dyn Sink) {
    let mut view = SinkProxy::checked_mut_of(sink).unwrap();
    let _: &mut SinkProxy = view.proxy.get_mut();
}

fn main() {}
