//! A library as `hot-lib-reloader` reads and loads them: public functions
//! without mangled names, with the ABI of Rust.

#[unsafe(no_mangle)]
pub fn add(a: u64, b: u64) -> u64 {
    workload::add(a, b)
}

#[unsafe(no_mangle)]
pub fn sum(values: &[u64]) -> u64 {
    workload::sum(values)
}

#[unsafe(no_mangle)]
pub fn len(text: &str) -> usize {
    text.len()
}

#[unsafe(no_mangle)]
pub fn greet(target: &str) -> String {
    workload::greeting(target)
}

#[unsafe(no_mangle)]
pub fn bytes(value: u8) -> Vec<u8> {
    workload::bytes(value)
}

#[unsafe(no_mangle)]
pub fn fill(page: &mut [u8], value: u8) {
    workload::fill(page, value);
}

#[unsafe(no_mangle)]
pub fn halve(value: u64) -> Result<u64, String> {
    workload::halve(value)
}

#[unsafe(no_mangle)]
pub fn stamp() -> u64 {
    workload::stamp()
}
