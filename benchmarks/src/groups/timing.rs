//! What a call costs: one operation, done in several ways that take turns.

use std::thread;
use std::time::Instant;

use anyhow::Result;

use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::Bar;
use crate::subjects::{BASELINE, Operation, Routine};

const ROUNDS: usize = 41;

/// How long one sample takes, in nanoseconds.
const SAMPLE: f64 = 700_000.0;

/// One way to do one operation.
pub struct Case {
    pub way: &'static str,
    pub operation: Operation,
    pub routine: Routine,
}

/// Measures one operation in all ways that can do it, as bars whose value is the ratio.
pub fn measure(cases: &[&Case], threads: usize) -> Result<Vec<Bar>> {
    let repeats: Vec<u64> = cases.iter().map(|case| repeats(case)).collect();
    let cases: Vec<_> = cases.iter().zip(repeats).collect();
    let samples = interleave(&cases, ROUNDS, |(case, n)| Ok(vec![sample(case, *n, threads)]))?;
    let baseline = cases.iter().position(|(case, _)| case.way == BASELINE);
    let baseline = samples[baseline.unwrap_or_default()].median();
    let bar = |((case, _), samples): (&(&&Case, u64), &Samples)| {
        let (median, spread) = (samples.median(), samples.spread());
        let ratio = median / baseline;
        let label = format!("{ratio:.2}, {} ± {spread:.0} %", nanoseconds(median));
        Bar::new(case.way, ratio, label)
    };
    Ok(cases.iter().zip(&samples).map(bar).collect())
}

fn nanoseconds(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// Returns how many calls make a sample.
fn repeats(case: &Case) -> u64 {
    (1..24)
        .map(|power| 1 << power)
        .find(|n| {
            let start = Instant::now();
            check(case, *n);
            start.elapsed().as_nanos() as f64 > SAMPLE / 2.0
        })
        .unwrap_or(1 << 24)
}

/// Calls so many times, and panics if the sum is another than it should be.
pub fn check(case: &Case, n: u64) {
    let found = (case.routine)(n);
    let expected = (case.operation.expected)(n);
    assert_eq!(found, expected, "{}, {}", case.way, case.operation.name);
}

/// Nanoseconds for a call, on each of so many threads.
fn sample(case: &Case, n: u64, threads: usize) -> f64 {
    let timed = || {
        let start = Instant::now();
        check(case, n);
        start.elapsed().as_nanos() as f64 / n as f64
    };
    if threads == 1 {
        return timed();
    }
    let barrier = std::sync::Barrier::new(threads);
    let times = thread::scope(|scope| {
        let start = || {
            barrier.wait();
            timed()
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    times.iter().sum::<f64>() / threads as f64
}
