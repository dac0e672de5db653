//! The pace of the looks at libraries whose threads nobody counts.

use std::time::{Duration, Instant};

/// The time between two looks: it doubles from the first to the last, as long as
/// nothing happens.
const FIRST: Duration = Duration::from_millis(20);
const LAST: Duration = Duration::from_secs(5);

/// The time of the next look.
pub(super) struct Pace {
    pause: Duration,
    next: Instant,
}

impl Pace {
    pub(super) fn begin(now: Instant) -> Self {
        Pace { pause: FIRST, next: now + FIRST }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Returns the time until the next look.
    pub(super) fn left(&self, now: Instant) -> Duration {
        self.next.saturating_duration_since(now)
    }

    /// Plans the next look, after one or earlier. It is soon if there are news: a
    /// library came or went. News put off no look.
    pub(super) fn plan(&mut self, now: Instant, has_looked: bool, has_news: bool) {
        if has_news {
            self.pause = FIRST;
        } else if has_looked {
            self.pause = LAST.min(self.pause * 2);
        }
        let next = now + self.pause;
        self.next = if has_looked { next } else { self.next.min(next) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns every millisecond. Returns when there was a look.
    fn looks(millis: u64, has_news: impl Fn(u64) -> bool) -> Vec<u64> {
        let begin = Instant::now();
        let mut pace = Pace::begin(begin);
        let mut looks = Vec::new();
        for at in 0..millis {
            let now = begin + Duration::from_millis(at);
            let is_due = pace.is_due(now);
            looks.extend(is_due.then_some(at));
            pace.plan(now, is_due, has_news(at));
        }
        looks
    }

    #[test]
    fn looks_become_rare_where_nothing_happens() {
        assert_eq!(looks(1000, |_| false), [20, 60, 140, 300, 620]);
        let late = looks(60_000, |_| false);
        assert_eq!(late[late.len() - 1] - late[late.len() - 2], 5000);
    }

    #[test]
    fn news_bring_the_next_look_nearer() {
        assert_eq!(looks(1000, |at| at == 650), [20, 60, 140, 300, 620, 670, 710, 790, 950]);
    }

    #[test]
    fn news_that_never_end_put_off_no_look() {
        assert_eq!(looks(100, |_| true), [20, 40, 60, 80]);
    }
}
