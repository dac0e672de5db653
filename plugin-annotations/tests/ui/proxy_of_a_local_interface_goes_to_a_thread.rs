use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Counter {
    fn count(&mut self) -> u64;
}

fn elsewhere(work: impl FnOnce() + Send + 'static) {
    std::thread::spawn(work);
}

pub fn count_elsewhere(mut counter: CounterProxy) {
    elsewhere(move || {
        counter.count();
    });
}

fn main() {}
