use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Sink: Send + Sync {
    fn put(&mut self, text: &str);
}

pub fn exchange(one: &mut dyn Sink, other: &mut dyn Sink) {
    let one = SinkProxy::checked_mut_of(one).unwrap();
    let other = SinkProxy::checked_mut_of(other).unwrap();
    std::mem::swap(one.proxy, other.proxy);
}

fn main() {}
