use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Counter: Send + Sync {
    fn count(&self) -> u64;
}

fn twice(work: impl Fn() -> u64 + Sync) {
    std::thread::scope(|scope| {
        scope.spawn(|| work());
        scope.spawn(|| work());
    });
}

pub fn count_both(counter: &CounterProxy) {
    twice(|| counter.count());
}

fn main() {}
