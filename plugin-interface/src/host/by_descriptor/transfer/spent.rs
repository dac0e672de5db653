//! The time that a process takes to drop what came in one message.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A drop that takes no longer counts nothing: on a busy machine each message does.
const FREE: Duration = Duration::from_millis(1);

/// How long the drops of all objects of one message have taken, together. Their process
/// has as long for all of them as for the call that returned them.
#[derive(Debug, Default)]
pub(crate) struct Spent(AtomicU64);

impl Spent {
    /// Returns how long the next drop may take, of the time that all of them have.
    pub(crate) fn rest(&self, of: Duration) -> Duration {
        let spent = Duration::from_nanos(self.0.load(Ordering::Relaxed));
        of.saturating_sub(spent).saturating_add(FREE)
    }

    /// Counts a drop.
    pub(crate) fn add(&self, took: Duration) {
        let counts = took.saturating_sub(FREE).as_nanos() as u64;
        self.0.fetch_add(counts, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_drops_share_the_time_of_one_call() {
        let (spent, of) = (Spent::default(), Duration::from_millis(20));
        assert_eq!(spent.rest(of), of + FREE);
        (0..1000).for_each(|_| spent.add(FREE));
        assert_eq!(spent.rest(of), of + FREE, "short ones are free");
        spent.add(Duration::from_millis(6));
        spent.add(Duration::from_millis(11));
        assert_eq!(spent.rest(of), Duration::from_millis(6));
        spent.add(Duration::from_millis(60));
        assert_eq!(spent.rest(of), FREE);
        assert_eq!(spent.rest(Duration::MAX), Duration::MAX - Duration::from_millis(73));
    }
}
