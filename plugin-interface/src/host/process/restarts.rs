//! Decides when a worker may be started after others died.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::worker::Worker;

/// The time after which a death is forgotten.
pub(super) const WINDOW: Duration = Duration::from_secs(5 * 60);

/// The deaths of the last five minutes.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    deaths: VecDeque<Instant>,
    /// The number of deaths since the last call that returned.
    in_a_row: u32,
}

/// What to do before the next start.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Start,
    Wait(Duration),
    /// Too many died.
    GiveUp,
}

impl Restarts {
    pub(super) fn died(&mut self, now: Instant) {
        self.deaths.push_back(now);
        self.in_a_row = self.in_a_row.saturating_add(1);
    }

    pub(super) fn returned(&mut self) {
        self.in_a_row = 0;
    }

    pub(super) fn next(&mut self, worker: &Worker, now: Instant) -> Next {
        self.deaths.retain(|death| now.saturating_duration_since(*death) < WINDOW);
        let Some(last) = self.deaths.back() else { return Next::Start };
        if self.deaths.len() >= worker.deaths {
            return Next::GiveUp;
        }
        let (first, most) = worker.back_off;
        let doubled = 2_u32.saturating_pow(self.in_a_row.saturating_sub(1));
        let pause = first.saturating_mul(doubled).min(most);
        match pause.saturating_sub(now.saturating_duration_since(*last)) {
            Duration::ZERO => Next::Start,
            rest => Next::Wait(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_until_a_call_returns() {
        let worker = Worker::new("x").deaths(100);
        let (mut restarts, mut now) = (Restarts::default(), Instant::now());
        assert_eq!(restarts.next(&worker, now), Next::Start);
        for expected in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            restarts.died(now);
            let pause = Duration::from_millis(expected);
            assert_eq!(restarts.next(&worker, now), Next::Wait(pause));
            now += pause;
            assert_eq!(restarts.next(&worker, now), Next::Start);
        }
        restarts.returned();
        restarts.died(now);
        assert_eq!(restarts.next(&worker, now), Next::Wait(Duration::from_millis(100)));
    }

    #[test]
    fn three_deaths_in_five_minutes_are_too_many() {
        let worker = Worker::new("x");
        let (mut restarts, begin) = (Restarts::default(), Instant::now());
        for minute in 0..3 {
            restarts.died(begin + Duration::from_secs(60 * minute));
        }
        let third = begin + Duration::from_secs(120);
        assert_eq!(restarts.next(&worker, third), Next::GiveUp);
        assert_eq!(restarts.next(&worker, begin + WINDOW), Next::Start);
    }
}
