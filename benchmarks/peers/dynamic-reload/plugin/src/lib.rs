//! A library as `dynamic_reload` loads them: exported functions.

#[unsafe(no_mangle)]
pub extern "C" fn add(a: u64, b: u64) -> u64 {
    workload::add(a, b)
}

#[unsafe(no_mangle)]
pub extern "C" fn stamp() -> u64 {
    workload::stamp()
}
