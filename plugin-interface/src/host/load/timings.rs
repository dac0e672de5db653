//! The durations of the stages of a load.

use core::fmt;
use std::time::{Duration, Instant};

use crate::host::error::stage::Stage;

/// The duration of each stage of a load, zero for one that was not reached.
///
/// For a reload, *discover* lasts from the first sign that the file changed, or
/// from the call of [`reload`](crate::Live::reload), until the load begins.
///
/// ```no_run
/// use plugin_interface::{Greeter, Live, ReloadOutcome, Stage};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let live = Live::<dyn Greeter>::open("plugins/libgreeter.so")?;
/// if let ReloadOutcome::Replaced { times, .. } = live.reload()? {
///     println!("{times}: in all {:?}, of which {:?} to open", times.total(), times.of(Stage::Open));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StageTimes([Duration; Stage::ALL.len()]);

impl StageTimes {
    /// Returns the duration of one stage.
    pub fn of(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    /// Returns all stages with their durations, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> {
        Stage::ALL.into_iter().zip(self.0)
    }

    /// Returns the sum.
    pub fn total(&self) -> Duration {
        self.0.iter().sum()
    }
}

/// Prints the stages that took any time, such as `copy 61µs, open 150µs`.
impl fmt::Display for StageTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (stage, time) in self.iter().filter(|(_, time)| !time.is_zero()) {
            write!(f, "{separator}{stage} {}µs", time.as_micros())?;
            separator = ", ";
        }
        Ok(())
    }
}

impl fmt::Debug for StageTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.iter().filter(|(_, time)| !time.is_zero());
        f.debug_map().entries(all).finish()
    }
}

/// Measures the stages, one after the other.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    times: StageTimes,
    stage: Stage,
    since: Instant,
}

impl Stopwatch {
    /// Starts with the first stage, now.
    pub(crate) fn start() -> Self {
        Self::since(Instant::now())
    }

    /// Starts with the first stage at an earlier time: when a change was
    /// noticed, or a load was asked for.
    pub(crate) fn since(since: Instant) -> Self {
        Stopwatch { times: StageTimes::default(), stage: Stage::Discover, since }
    }

    /// Ends the current stage, and begins another.
    pub(crate) fn begin(&mut self, stage: Stage) {
        let now = Instant::now();
        self.times.0[self.stage as usize] += now - self.since;
        (self.stage, self.since) = (stage, now);
    }

    /// Returns the current stage.
    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// Ends the current stage, and with it the load.
    pub(crate) fn stop(mut self) -> StageTimes {
        self.begin(self.stage);
        self.times
    }
}

#[cfg(test)]
mod tests {
    use crate::host::load::timings::*;

    #[test]
    fn each_stage_has_its_place() {
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage as usize, place, "{stage}");
        }
    }

    #[test]
    fn times_are_those_of_the_stages_that_ran() {
        let mut watch = Stopwatch::start();
        watch.begin(Stage::Copy);
        let began = Instant::now();
        while began.elapsed() < Duration::from_micros(50) {}
        watch.begin(Stage::Open);
        assert_eq!(watch.stage(), Stage::Open);
        let times = watch.stop();
        assert!(times.of(Stage::Copy) >= Duration::from_micros(50), "{times}");
        assert_eq!(times.of(Stage::Make), Duration::ZERO);
        assert!(times.total() >= times.of(Stage::Copy));
        assert!(times.to_string().contains("copy "), "{times}");
        assert!(!times.to_string().contains("make "), "{times}");
    }
}
