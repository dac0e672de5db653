//! One plugin that calls its host in each of four ways.

mod by_abi_stable;
mod by_cglue;
mod by_dyn_trait;
mod by_ours;

use std::hint::black_box;

use callbacks_interface::by_ours::Asks;
use plugin_interface::plugin_aggregates;
use workload::QUESTION;

#[plugin_aggregates(Asks)]
mod plugin {}

/// Asks so many times, and adds up the answers.
fn ask(times: u64, answer: impl FnMut(u64) -> u64) -> u64 {
    let questions = (0..times).map(|_| black_box(QUESTION));
    questions.map(answer).fold(0, u64::wrapping_add)
}
