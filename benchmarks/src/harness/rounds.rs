//! Rounds in which the competitors take turns, so that whatever disturbs the
//! machine disturbs them all.

use super::statistics::Samples;

/// Takes a sample of each of `cases` in each round; who begins changes from
/// round to round.
pub fn interleave<C>(
    cases: &[C],
    rounds: usize,
    mut sample: impl FnMut(&C) -> anyhow::Result<Vec<f64>>,
) -> anyhow::Result<Vec<Samples>> {
    let mut samples = vec![Vec::new(); cases.len()];
    for round in 0..rounds {
        for turn in 0..cases.len() {
            let case = (round + turn) % cases.len();
            samples[case].extend(sample(&cases[case])?);
        }
    }
    Ok(samples.into_iter().map(Samples::new).collect())
}
