//! What this process occupies.

use std::fs;

/// The resident set, in bytes, of what is in use: the allocator first gives
/// back what it holds for later.
pub fn resident() -> f64 {
    // SAFETY: takes a number of bytes to keep, and touches nothing in use.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
    // SAFETY: asks for a constant of the system.
    pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as f64
}
