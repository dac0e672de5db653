//! `Instant`: the time of the system's clock, which is the same in all libraries and
//! processes of a machine.
//!
//! The standard library does not say what time an `Instant` has. So each library reads
//! both clocks once, one right after the other, and counts from there. An instant
//! differs between two libraries by what passed between the readings, which is always
//! the same, and it comes back as it went.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};
use crate::runtime::clock::{NANOS_PER_SEC, nanoseconds};

const OUT_OF_RANGE: LiftError =
    LiftError::Refused("an Instant must be in the range of this platform");

/// One moment, by both clocks.
#[derive(Clone, Copy)]
struct Moment {
    instant: Instant,
    nanoseconds: i128,
}

impl Moment {
    /// The moment from which this library counts.
    fn first() -> Moment {
        static FIRST: OnceLock<Moment> = OnceLock::new();
        *FIRST.get_or_init(Moment::read)
    }

    /// Reads both clocks. The best of a few readings is one in which no other thread
    /// took over.
    fn read() -> Moment {
        let readings = (0..8).map(|_| {
            let before = nanoseconds();
            let instant = Instant::now();
            let between = nanoseconds() - before;
            (between, Moment { instant, nanoseconds: before + between / 2 })
        });
        readings.min_by_key(|(between, _)| *between).expect("there are eight").1
    }

    fn time_of(self, instant: Instant) -> i128 {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.nanoseconds + later.as_nanos().cast_signed(),
            None => self.nanoseconds - (self.instant - instant).as_nanos().cast_signed(),
        }
    }

    fn instant_of(self, time: i128) -> Option<Instant> {
        let apart = time - self.nanoseconds;
        let seconds = u64::try_from(apart.unsigned_abs() / NANOS_PER_SEC.cast_unsigned()).ok()?;
        let rest = (apart.unsigned_abs() % NANOS_PER_SEC.cast_unsigned()) as u32;
        let distance = Duration::new(seconds, rest);
        match apart < 0 {
            true => self.instant.checked_sub(distance),
            false => self.instant.checked_add(distance),
        }
    }
}

// Seconds of the system's clock, rounded down, and the nanoseconds since then.
converts_via! {
    impl [] Instant,
    via: (i64, u32), at 'a: Instant,
    shape: Shape::Named("time::Instant"),
    lower: instant => {
        let time = Moment::first().time_of(instant);
        let seconds = time.div_euclid(NANOS_PER_SEC);
        let seconds = seconds.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        (seconds, time.rem_euclid(NANOS_PER_SEC) as u32)
    },
    lift: (seconds, nanos) => {
        if i128::from(nanos) >= NANOS_PER_SEC {
            return Err(LiftError::Nanoseconds(nanos));
        }
        let time = i128::from(seconds) * NANOS_PER_SEC + i128::from(nanos);
        Moment::first().instant_of(time).ok_or(OUT_OF_RANGE)
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_come_back_exactly_from_a_library_with_another_first_moment() {
        let ours = Moment::read();
        let theirs = Moment { nanoseconds: ours.nanoseconds + 41, ..Moment::read() };
        let apart =
            [0, 1, 999_999_999, 1_000_000_000, 86_400_000_000_001].map(Duration::from_nanos);
        let instants = apart
            .into_iter()
            .flat_map(|apart| [ours.instant.checked_add(apart), ours.instant.checked_sub(apart)]);
        let mut number = 0;
        for instant in instants.flatten() {
            let there = theirs.instant_of(ours.time_of(instant)).unwrap();
            assert_eq!(ours.instant_of(theirs.time_of(there)), Some(instant));
            assert_eq!(ours.instant_of(ours.time_of(instant)), Some(instant));
            number += 1;
        }
        assert!(number > 5);
    }

    #[test]
    fn both_clocks_are_read_at_one_moment() {
        // Between these readings lies the one of the instant.
        let before = nanoseconds();
        let time = Moment::first().time_of(Instant::now());
        let after = nanoseconds();
        let slack = 1_000_000_000;
        assert!((before - slack..=after + slack).contains(&time), "{before} {time} {after}");
    }

    #[test]
    fn a_moment_that_the_system_cannot_name_is_none() {
        assert_eq!(Moment::first().instant_of(i128::from(u64::MAX) * NANOS_PER_SEC * 2), None);
    }
}
