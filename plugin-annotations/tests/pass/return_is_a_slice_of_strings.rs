use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn names(&self) -> Vec<&str>;
    fn primes(&self) -> &[u64];
}

fn main() {}
