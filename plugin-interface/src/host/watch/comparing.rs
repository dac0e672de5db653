//! The pace of the comparisons of sizes and times, beside the events.
//!
//! Not all changes cause an event: those of a bind mount or a network file
//! system may be made elsewhere.

use std::time::{Duration, Instant};

/// The usual time between two comparisons.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);
/// A comparison takes no more than this part of the time.
const PART: u32 = 50;

/// The times of the comparisons.
#[derive(Debug)]
pub(super) struct Comparing {
    every: Duration,
    next: Instant,
    /// `true` if one found what came without an event.
    hurries: bool,
}

impl Comparing {
    pub(super) fn new(every: Duration, now: Instant) -> Self {
        Comparing { every, next: now + every, hurries: false }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Plans the next comparison after one that began at `begin` and took some
    /// time. Returns the time until then.
    pub(super) fn done(&mut self, begin: Instant, took: Duration) -> Duration {
        let every = self.every.max(took * PART);
        self.next = begin + every;
        every
    }

    /// Compares as often as `every` from now on, since a change came without an
    /// event. Returns the new pace, the first time.
    pub(super) fn hurry(&mut self, every: Duration) -> Option<Duration> {
        if std::mem::replace(&mut self.hurries, true) {
            return None;
        }
        self.every = self.every.min(every);
        Some(self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_take_a_small_part_of_the_time_and_come_sooner_where_they_are_needed() {
        let start = Instant::now();
        let seconds = Duration::from_secs;
        let mut comparing = Comparing::new(seconds(2), start);
        assert!(!comparing.is_due(start + seconds(1)) && comparing.is_due(start + seconds(2)));
        assert_eq!(comparing.done(start, Duration::from_millis(1)), seconds(2));
        assert_eq!(comparing.done(start, seconds(1)), seconds(50));
        assert!(!comparing.is_due(start + seconds(49)) && comparing.is_due(start + seconds(50)));
        assert_eq!(comparing.hurry(seconds(1)), Some(seconds(1)));
        assert_eq!(comparing.hurry(seconds(1)), None, "it is said once");
        assert_eq!(comparing.done(start, Duration::ZERO), seconds(1));
    }
}
