//! The clock of `Instant`, in nanoseconds: all libraries and processes of a machine
//! read the same.
#![expect(unsafe_code, reason = "asks the system")]

pub(crate) const NANOS_PER_SEC: i128 = 1_000_000_000;

/// Returns the time that `Instant::now` returns, as the system counts it.
#[cfg(unix)]
pub(crate) fn nanoseconds() -> i128 {
    use core::ffi::{c_int, c_long};

    #[repr(C)]
    struct Timespec {
        seconds: c_long,
        nanoseconds: c_long,
    }

    // SAFETY: the declaration is that of POSIX, for the symbol of this name.
    unsafe extern "C" {
        fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    }

    // `CLOCK_MONOTONIC`, and `CLOCK_UPTIME_RAW` of macOS: what the standard library
    // reads.
    const CLOCK: c_int = if cfg!(target_vendor = "apple") {
        8
    } else if cfg!(any(target_os = "freebsd", target_os = "dragonfly")) {
        4
    } else if cfg!(any(target_os = "netbsd", target_os = "openbsd")) {
        3
    } else {
        1
    };

    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the answer goes to `time`. Every system has this clock.
    unsafe { clock_gettime(CLOCK, &mut time) };
    i128::from(time.seconds) * NANOS_PER_SEC + i128::from(time.nanoseconds)
}

/// Returns the time that `Instant::now` returns, as the system counts it.
#[cfg(windows)]
pub(crate) fn nanoseconds() -> i128 {
    // SAFETY: the declarations are those of Windows.
    unsafe extern "system" {
        fn QueryPerformanceCounter(count: *mut i64) -> i32;
        fn QueryPerformanceFrequency(per_second: *mut i64) -> i32;
    }

    let (mut count, mut per_second) = (0, 0);
    // SAFETY: the answers go to the variables. Since Windows XP these never fail.
    unsafe {
        QueryPerformanceCounter(&mut count);
        QueryPerformanceFrequency(&mut per_second);
    }
    i128::from(count) * NANOS_PER_SEC / i128::from(per_second.max(1))
}
