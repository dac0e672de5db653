use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Sink: Send + Sync {
    fn put(&mut self, text: &str);
}

pub fn exchange(one: &mut dyn Sink, other: &mut dyn Sink) {
    let mut one = SinkProxy::checked_mut_of(one).unwrap();
    let mut other = SinkProxy::checked_mut_of(other).unwrap();
    std::mem::swap(&mut one.proxy, &mut other.proxy);
}

fn main() {}
