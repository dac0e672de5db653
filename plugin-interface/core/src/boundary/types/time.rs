//! `Duration` and `SystemTime`: seconds and nanoseconds.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

const NANOS_PER_SEC: u32 = 1_000_000_000;

fn duration(seconds: u64, nanos: u32) -> Result<Duration, LiftError> {
    if nanos < NANOS_PER_SEC {
        Ok(Duration::new(seconds, nanos))
    } else {
        Err(LiftError::Nanoseconds(nanos))
    }
}

converts_via! {
    impl [] Duration,
    via: (u64, u32), at 'a: Duration,
    shape: Shape::Named("Duration"),
    lower: duration => (duration.as_secs(), duration.subsec_nanos()),
    lift: (seconds, nanos) => duration(seconds, nanos),
}

// Seconds since 1970, rounded down, and the nanoseconds since then.
converts_via! {
    impl [] SystemTime,
    via: (i64, u32), at 'a: SystemTime,
    shape: Shape::Named("SystemTime"),
    lower: time => match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (after.as_secs().cast_signed(), after.subsec_nanos()),
        Err(error) => {
            let before = error.duration();
            // Wraps for the first second of all, which is i64::MIN.
            let seconds = before.as_secs().cast_signed().wrapping_neg();
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanos => (seconds.wrapping_sub(1), NANOS_PER_SEC - nanos),
            }
        }
    },
    lift: (seconds, nanos) => {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 {
            UNIX_EPOCH.checked_sub(whole)
        } else {
            UNIX_EPOCH.checked_add(whole)
        };
        let part = duration(0, nanos)?;
        time.and_then(|time| time.checked_add(part)).ok_or(LiftError::Time(seconds))
    },
}
